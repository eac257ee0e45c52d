/** The formats, one line each. The first is the default. */
import type { FormatEntry } from './format.ts';
import { json } from './json.ts';

export const formats: readonly [FormatEntry, ...FormatEntry[]] = [
  { name: 'json', mediaType: 'application/json', load: () => json },
  { name: 'text', mediaType: 'text/plain', load: async () => (await import('./text.ts')).text },
  {
    name: 'openmetrics',
    mediaType: 'application/openmetrics-text',
    load: async () => (await import('./openmetrics.ts')).openmetrics,
  },
  {
    name: 'health+json',
    mediaType: 'application/health+json',
    load: async () => (await import('./health-json.ts')).healthJson,
  },
  { name: 'badge', mediaType: 'image/svg+xml', load: async () => (await import('./badge.ts')).badge },
  { name: 'shields', load: async () => (await import('./shields.ts')).shields },
  { name: 'ragflow', load: async () => (await import('./ragflow.ts')).ragflow },
  { name: 'mattermost', load: async () => (await import('./mattermost.ts')).mattermost },
  { name: 'jina', load: async () => (await import('./jina.ts')).jina },
  { name: 'html', mediaType: 'text/html', load: async () => (await import('./html.ts')).htmlWith(linked()) },
];

/** The formats that need nothing but the report: the page links to them. */
function linked(): string[] {
  return formats.flatMap(({ name, needs = [] }) => (needs.length === 0 ? [name] : []));
}
