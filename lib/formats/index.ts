/** The formats, one line each. The first is the default. */
import { isAvailable } from './format.ts';
import type { FormatEntry, Need } from './format.ts';
import { json } from './json.ts';

const HISTORY: readonly Need[] = ['history'];
const UPTIME = { parameter: 'of', values: /^uptime-(?:24h|7d|30d|90d)$/, needs: HISTORY };

export const formats: readonly [FormatEntry, ...FormatEntry[]] = [
  {
    name: 'json',
    mediaType: 'application/json',
    load: () => json,
    variant: {
      parameter: 'history',
      // From 1h to 2160h, and from 1d to 90d.
      values: /^(?:[1-9]\d{0,2}|1\d{3}|20\d\d|21[0-5]\d|2160)h$|^(?:[1-9]|[1-8]\d|90)d$/,
      needs: HISTORY,
      load: async () => (await import('./json-history.ts')).jsonHistory,
    },
  },
  { name: 'text', mediaType: 'text/plain', load: async () => (await import('./text.ts')).text },
  {
    name: 'openmetrics',
    mediaType: 'application/openmetrics-text',
    uses: HISTORY,
    load: async () => (await import('./openmetrics.ts')).openmetrics,
  },
  {
    name: 'health+json',
    mediaType: 'application/health+json',
    load: async () => (await import('./health-json.ts')).healthJson,
  },
  {
    name: 'badge',
    mediaType: 'image/svg+xml',
    load: async () => (await import('./badge.ts')).badge,
    variant: { ...UPTIME, load: async () => (await import('./badge.ts')).uptimeBadge },
  },
  {
    name: 'shields',
    load: async () => (await import('./shields.ts')).shields,
    variant: { ...UPTIME, load: async () => (await import('./shields.ts')).uptimeShields },
  },
  {
    name: 'atom',
    mediaType: 'application/atom+xml',
    needs: HISTORY,
    load: async () => (await import('./atom.ts')).atom,
  },
  { name: 'ragflow', load: async () => (await import('./ragflow.ts')).ragflow },
  { name: 'mattermost', load: async () => (await import('./mattermost.ts')).mattermost },
  { name: 'jina', load: async () => (await import('./jina.ts')).jina },
  {
    name: 'html',
    mediaType: 'text/html',
    uses: HISTORY,
    load: async () => (await import('./html.ts')).htmlWith(formats),
  },
];

/** The formats that need nothing but the report. */
export const formatsOfReport: readonly FormatEntry[] = formats.filter((format) => isAvailable(format, []));
