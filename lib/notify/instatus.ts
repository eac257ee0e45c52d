/** https://instatus.com/help/api */
import * as v from 'valibot';
import { describe, text } from '../clients/keys.ts';
import { isJsonObject, jsonOf } from '../clients/http/json.ts';
import { below, serverRoot } from '../clients/http/rest.ts';
import { shortLine } from '../errors.ts';
import { call, callJson } from './http.ts';
import { FIRST_PAGE, pageKeys, pageMistake, pagePaths, tellPage } from './status-page.ts';
import type { ComponentState, Incident, Page, Told } from './status-page.ts';
import { defineTarget } from './target.ts';
import type { Sending } from './target.ts';
import { withoutMarkup } from './wording.ts';

/** Characters of an incident's name without its mark, and of a message. */
const MAX = { name: 200, message: 10_000 } as const;
/** Digits of the outage's id that stand in the name of its incident. */
const MARK_DIGITS = 8;

export const instatus = defineTarget({
  type: 'instatus',
  tells: 'Sets components of Instatus, and opens, updates and resolves an incident for each outage.',
  repeats:
    'A notice that is sent twice opens and resolves nothing twice: the name of the incident ends with a part of the ' +
    "outage's id. An update that is sent twice stands there twice.",
  updates: true,
  isPublic: true,
  example: ['component'],
  keys: {
    api_key: describe(text(), 'API key of a user of Instatus.', '0123456789abcdef'),
    ...pageKeys,
    url: v.optional(describe(serverRoot(), 'Base URL.', 'https://api.instatus.com'), 'https://api.instatus.com'),
  },
  mistake: pageMistake,
  paths: pagePaths,
  async send(notice, config, sending) {
    await tellPage(openPage(config, sending), notice, config, sending);
  },
});

interface Found extends Incident {
  /** When it was resolved, in milliseconds since 1970; NaN if it was not. */
  readonly resolvedAt: number;
}

const STATES: Readonly<Record<ComponentState, string>> = {
  operational: 'OPERATIONAL',
  degraded: 'DEGRADEDPERFORMANCE',
  partial: 'PARTIALOUTAGE',
  major: 'MAJOROUTAGE',
};

/** Lists are in pages: https://instatus.com/help/api/incidents */
const UNRESOLVED = 'INVESTIGATING,IDENTIFIED,MONITORING';

interface Access {
  readonly url: string;
  readonly page: string;
  readonly api_key: string;
}

function openPage({ url, page, api_key }: Access, sending: Sending): Page<Found> {
  const headers = { authorization: `Bearer ${api_key}` };
  const at = (version: string, path: string) => ({
    type: 'instatus',
    url: below(url, `/${version}/${encodeURIComponent(page)}${path}`),
    headers,
  });
  const incidents = async (query: string, outage: string) =>
    incidentsIn(jsonOf(await call({ ...at('v1', `/incidents?${query}`), method: 'GET' }, sending)), outage);
  const add = async ({ id }: Found, status: string, told: Told) => {
    const path = `/incidents/${encodeURIComponent(id)}/incident-updates`;
    await callJson({ ...at('v1', path), method: 'POST' }, { status, ...updateOf(told) }, sending);
  };
  return {
    find: async (outage) =>
      (await incidents(`${FIRST_PAGE}&status=${UNRESOLVED}`, outage))[0] ?? (await incidents(FIRST_PAGE, outage))[0],
    knows: ({ isResolved, resolvedAt }, { kind, change }) =>
      isResolved ? resolvedAt >= change.at : kind === 'change' && change.from === 'up',
    words: STATES,
    components: async () => jsonOf(await call({ ...at('v1', `/components?${FIRST_PAGE}`), method: 'GET' }, sending)),
    setComponent: async (id, status) => {
      const path = `/components/${encodeURIComponent(id)}`;
      await callJson({ ...at('v2', path), method: 'PUT' }, { status }, sending);
    },
    open: async (told) => {
      const { outage } = told.notice.change;
      const name = `${shortLine(withoutMarkup(told.title), MAX.name)} ${markOf(outage)}`;
      const incident = { name, status: 'INVESTIGATING', ...updateOf(told) };
      await callJson({ ...at('v1', '/incidents'), method: 'POST' }, incident, sending);
    },
    update: (incident, told) => add(incident, 'IDENTIFIED', told),
    resolve: (incident, told) => add(incident, 'RESOLVED', told),
  };
}

function updateOf({ text: message, notice, states, affected }: Told) {
  return {
    message: withoutMarkup(message).slice(0, MAX.message),
    started: new Date(notice.change.since).toISOString(),
    notify: true,
    components: affected,
    statuses: [...states].map(([id, state]) => ({ id, status: STATES[state] })),
  };
}

function markOf(outage: string): string {
  return `(${outage.slice(0, MARK_DIGITS)})`;
}

function incidentsIn(answer: unknown, outage: string): readonly Found[] {
  if (!Array.isArray(answer)) return [];
  return (answer as readonly unknown[]).flatMap((incident) => {
    if (!isJsonObject(incident) || typeof incident.id !== 'string' || typeof incident.name !== 'string') return [];
    if (!incident.name.endsWith(markOf(outage))) return [];
    const resolvedAt = typeof incident.resolved === 'string' ? Date.parse(incident.resolved) : NaN;
    return [{ id: incident.id, isResolved: incident.status === 'RESOLVED', resolvedAt }];
  });
}
