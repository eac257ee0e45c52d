/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
import * as v from 'valibot';
import { describe, text } from '../clients/keys.ts';
import { below, serverRoot } from '../clients/http/rest.ts';
import { shortLine } from '../errors.ts';
import type { Notice } from '../history/notices.ts';
import { callJson } from './http.ts';
import { defineTarget } from './target.ts';
import { shortChange, wordsFor } from './wording.ts';

/** Characters of a summary. */
const MAX_SUMMARY = 1024;
/** Characters of the other texts. */
const MAX_TEXT = 255;
/** Bytes of the change. A request may have 512 KB: https://github.com/PagerDuty/developer-docs, 01-Overview.md */
const MAX_CHANGE = 100_000;

export const pagerduty = defineTarget({
  type: 'pagerduty',
  tells: 'Triggers an alert of PagerDuty and resolves it, through Events API v2.',
  repeats: 'A notice that is sent twice changes nothing: the id of the outage is the key of the alert.',
  keys: {
    routing_key: describe(text(), 'Integration key of the service in PagerDuty.', '0123456789abcdef0123456789abcdef'),
    url: v.optional(
      describe(serverRoot(), 'Base URL; that of the EU region is another.', 'https://events.eu.pagerduty.com'),
      'https://events.pagerduty.com',
    ),
  },
  async send(notice, { url, routing_key }, sending) {
    const request = { type: 'pagerduty', url: below(url, '/v2/enqueue'), method: 'POST' } as const;
    await callJson(request, { routing_key, ...eventOf(notice) }, sending);
  },
});

const SEVERITIES = { down: 'critical', degraded: 'warning' } as const;

function eventOf(notice: Notice) {
  const { change } = notice;
  const { outage, to, namespace, path, since, observer } = change;
  if (to === 'up') return { event_action: 'resolve', dedup_key: outage };
  const { title, facts, runbook } = wordsFor(notice);
  const source = shortLine(path === '' ? namespace : `${namespace}/${path}`, MAX_TEXT);
  return {
    event_action: 'trigger',
    dedup_key: outage,
    client: 'Healthgate',
    payload: {
      summary: shortLine([title, ...summaryOf(facts)].join(': '), MAX_SUMMARY),
      source,
      // Nothing is known to be broken while the observer is cut off.
      severity: observer === true ? 'warning' : SEVERITIES[to],
      timestamp: new Date(since).toISOString(),
      ...(path !== '' && { component: shortLine(path, MAX_TEXT) }),
      group: shortLine(namespace, MAX_TEXT),
      class: 'availability',
      custom_details: { ...Object.fromEntries(facts), change: shortChange(change, MAX_CHANGE) },
    },
    ...(runbook !== undefined && { links: [{ href: runbook, text: 'Runbook' }] }),
  };
}

function summaryOf(facts: readonly (readonly [string, string])[]): readonly string[] {
  return facts.filter(([name]) => name === 'Error').map(([, fact]) => fact);
}
