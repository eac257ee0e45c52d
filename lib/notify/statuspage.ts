/** https://developer.statuspage.io: 60 requests a minute. */
import * as v from 'valibot';
import { describe, text } from '../clients/keys.ts';
import { isJsonObject, jsonOf } from '../clients/http/json.ts';
import { below, serverRoot } from '../clients/http/rest.ts';
import { shortLine } from '../errors.ts';
import type { Notice } from '../history/notices.ts';
import { call, callJson } from './http.ts';
import { FIRST_PAGE, pageKeys, pageMistake, pagePaths, tellPage } from './status-page.ts';
import type { ComponentState, Incident, Page, Told } from './status-page.ts';
import { defineTarget } from './target.ts';
import type { Sending } from './target.ts';
import { withoutMarkup } from './wording.ts';

/** Characters of an incident's name, and of the body of an update. */
const MAX = { name: 255, body: 25_000 } as const;
/** Incidents of the last time in which a notice may have been told before. */
const RECENT = 20;

export const statuspage = defineTarget({
  type: 'statuspage',
  tells: 'Sets components of Statuspage, and opens, updates and resolves an incident for each outage.',
  repeats: 'A notice that is sent twice changes nothing: its metadata has the outage and the number of the notice.',
  updates: true,
  isPublic: true,
  example: ['component'],
  keys: {
    api_key: describe(text(), 'API key of a user of Statuspage.', '01234567-89ab-cdef-0123-456789abcdef'),
    ...pageKeys,
    url: v.optional(describe(serverRoot(), 'Base URL.', 'https://api.statuspage.io'), 'https://api.statuspage.io'),
  },
  mistake: pageMistake,
  paths: pagePaths,
  async send(notice, config, sending) {
    await tellPage(openPage(config, sending), notice, config, sending);
  },
});

interface Found extends Incident {
  /** The number of the latest notice that it was told. */
  readonly number: unknown;
}

const STATES: Readonly<Record<ComponentState, string>> = {
  operational: 'operational',
  degraded: 'degraded_performance',
  partial: 'partial_outage',
  major: 'major_outage',
};

interface Access {
  readonly url: string;
  readonly page: string;
  readonly api_key: string;
}

function openPage({ url, page, api_key }: Access, sending: Sending): Page<Found> {
  const headers = { authorization: `OAuth ${api_key}` };
  const at = (path: string) => ({
    type: 'statuspage',
    url: below(url, `/v1/pages/${encodeURIComponent(page)}${path}`),
    headers,
  });
  const incidents = async (path: string, outage: string) =>
    incidentsIn(jsonOf(await call({ ...at(path), method: 'GET' }, sending)), outage);
  const change = async (incident: Found, status: string, told: Told) => {
    const path = `/incidents/${encodeURIComponent(incident.id)}`;
    await callJson({ ...at(path), method: 'PATCH' }, { incident: { status, ...bodyOf(told) } }, sending);
  };
  return {
    find: async (outage) =>
      (await incidents('/incidents/unresolved', outage))[0] ??
      (await incidents(`/incidents?limit=${String(RECENT)}`, outage))[0],
    knows: (incident, { number }) => typeof incident.number === 'number' && incident.number >= number,
    words: STATES,
    components: async () => jsonOf(await call({ ...at(`/components?${FIRST_PAGE}`), method: 'GET' }, sending)),
    setComponent: async (id, status) => {
      const path = `/components/${encodeURIComponent(id)}`;
      await callJson({ ...at(path), method: 'PATCH' }, { component: { status } }, sending);
    },
    open: async (told) => {
      const incident = {
        name: shortLine(withoutMarkup(told.title), MAX.name),
        status: 'investigating',
        ...bodyOf(told),
      };
      const request = { ...at('/incidents'), method: 'POST' } as const;
      await callJson(request, { incident: { ...incident, component_ids: told.affected } }, sending);
    },
    update: (incident, told) => change(incident, 'identified', told),
    resolve: (incident, told) => change(incident, 'resolved', told),
  };
}

function bodyOf({ text: body, notice }: Told) {
  return { body: withoutMarkup(body).slice(0, MAX.body), metadata: { healthgate: markOf(notice) } };
}

/** What the incident is found by. */
function markOf({ change, number }: Notice) {
  return { outage: change.outage, number };
}

function incidentsIn(answer: unknown, outage: string): readonly Found[] {
  if (!Array.isArray(answer)) return [];
  return (answer as readonly unknown[]).flatMap((incident) => {
    if (!isJsonObject(incident) || typeof incident.id !== 'string' || !isJsonObject(incident.metadata)) return [];
    const mark = incident.metadata.healthgate;
    if (!isJsonObject(mark) || mark.outage !== outage) return [];
    const isResolved = ['resolved', 'postmortem', 'completed'].includes(String(incident.status));
    return [{ id: incident.id, isResolved, number: mark.number }];
  });
}
