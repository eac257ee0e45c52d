/**
 * https://docs.opsgenie.com/docs/alert-api
 * Jira Service Management takes the same requests:
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events/
 */
import * as v from 'valibot';
import { describe, text } from '../clients/keys.ts';
import { below, serverRoot } from '../clients/http/rest.ts';
import { shortLine } from '../errors.ts';
import type { Notice } from '../history/notices.ts';
import { callJson } from './http.ts';
import { defineTarget } from './target.ts';
import { withoutMarkup, wordsFor } from './wording.ts';

/** Characters of a message, and of the other fields. */
const MAX = { message: 130, entity: 512, description: 15_000, note: 25_000, source: 100 } as const;

export const opsgenie = defineTarget({
  type: 'opsgenie',
  tells: 'Creates an alert of Opsgenie, or of Jira Service Management, and closes it.',
  repeats: 'A notice that is sent twice changes nothing but the count of the alert: its alias is the id of the outage.',
  keys: {
    api_key: describe(text(), 'Key of an API integration.', '01234567-89ab-cdef-0123-456789abcdef'),
    url: v.optional(
      describe(
        serverRoot(),
        'Base URL; that of the EU instance and that of Jira Service Management are others.',
        'https://api.eu.opsgenie.com',
      ),
      'https://api.opsgenie.com',
    ),
  },
  async send(notice, { url, api_key }, sending) {
    const { path, body } = notice.change.to === 'up' ? closing(notice) : opening(notice);
    const headers = { authorization: `GenieKey ${api_key}` };
    await callJson({ type: 'opsgenie', url: below(url, path), method: 'POST', headers }, body, sending);
  },
});

const PRIORITIES = { down: 'P1', degraded: 'P3' } as const;

function opening(notice: Notice) {
  const { outage, to, namespace, path, observer } = notice.change;
  const { title, facts, text: description, runbook } = wordsFor(notice);
  const priority = to === 'degraded' || observer === true ? PRIORITIES.degraded : PRIORITIES.down;
  return {
    path: '/v2/alerts',
    body: {
      // Read as HTML: https://docs.opsgenie.com/docs/alerts-and-alert-fields
      message: shortLine(withoutMarkup(title), MAX.message),
      alias: outage,
      description: withoutMarkup(description).slice(0, MAX.description),
      entity: shortLine(path === '' ? namespace : path, MAX.entity),
      source: sourceOf(namespace),
      priority,
      tags: ['healthgate'],
      details: { ...Object.fromEntries(facts), ...(runbook !== undefined && { Runbook: runbook }) },
    },
  };
}

function closing(notice: Notice) {
  const { outage, namespace } = notice.change;
  return {
    path: `/v2/alerts/${encodeURIComponent(outage)}/close?identifierType=alias`,
    body: { source: sourceOf(namespace), note: withoutMarkup(wordsFor(notice).text).slice(0, MAX.note) },
  };
}

function sourceOf(namespace: string): string {
  return shortLine(`healthgate ${namespace}`, MAX.source);
}
