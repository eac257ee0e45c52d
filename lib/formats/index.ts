/** The formats, one line each. The first is the default. */
import type { FormatEntry } from './format.ts';
import { json } from './json.ts';

export const formats: readonly [FormatEntry, ...FormatEntry[]] = [
  { name: 'json', mediaType: 'application/json', load: () => json },
  { name: 'text', mediaType: 'text/plain', load: async () => (await import('./text.ts')).text },
  { name: 'html', mediaType: 'text/html', load: async () => (await import('./html.ts')).htmlWith(linked()) },
];

/** The formats that need nothing but the report: the page links to them. */
function linked(): string[] {
  return formats.flatMap(({ name, needs = [] }) => (needs.length === 0 ? [name] : []));
}
