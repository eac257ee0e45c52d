/** The changes as an Atom feed, one entry each: https://datatracker.ietf.org/doc/html/rfc4287 */
import { pathKey } from '../engine/tree.ts';
import { oneLine } from '../errors.ts';
import type { Change } from '../history/change.ts';
import { identity } from '../history/identity.ts';
import { DAY_MS } from '../history/span.ts';
import { version } from '../version.ts';
import type { Format, View } from './format.ts';
import { causeName, HISTORY_MISSING, minuteText } from './history-words.ts';
import { escapedXml } from './xml.ts';

/** Milliseconds back that the feed tells of, and how many changes at most: the latest ones. */
const RANGE_MS = 30 * DAY_MS;
const MAX_ENTRIES = 200;
/** Paths that an entry lists. */
const MAX_PATHS = 20;

export const atom: Format = {
  contentType: 'application/atom+xml',
  // Feed readers do not show an answer that is an error.
  status: () => 200,
  wants: () => ({ changesMs: RANGE_MS }),
  render(view) {
    const { history, report, namespace, part } = view;
    const changes = (history?.changes ?? []).toReversed().slice(0, MAX_ENTRIES);
    const updated = changes[0]?.at ?? report.startedAt + report.durationMs;
    const title = [namespace.name, ...(part.length > 0 ? [pathKey(part)] : [])].join('/');
    return [
      '<?xml version="1.0" encoding="utf-8"?>',
      '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
      element('id', urn(identity('feed', namespace.name, pathKey(part)))),
      element('title', `Changes of ${title}`),
      ...(history === undefined ? [element('subtitle', HISTORY_MISSING)] : []),
      element('updated', new Date(updated).toISOString()),
      element('generator', `Healthgate ${version}`),
      '<author><name>Healthgate</name></author>',
      '<link rel="self" type="application/atom+xml" href="?format=atom"/>',
      '<link rel="alternate" type="text/html" href="?format=html"/>',
      ...changes.map((change) => entry(change, view)),
      '</feed>\n',
    ].join('\n');
  },
};

function entry(change: Change, { namespace }: View): string {
  const { id, path, to, since, at, runbook, observer } = change;
  const name = observer === true ? 'The observer' : path === '' ? namespace.name : path;
  const word = observer === true ? (to === 'up' ? 'sees again' : 'is cut off') : `is ${to}`;
  const lines = textOf(change);
  return [
    '<entry>',
    element('id', urn(id)),
    element('title', `${name} ${word}`),
    element('published', new Date(since).toISOString()),
    element('updated', new Date(at).toISOString()),
    `<category term="${to}"/>`,
    `<link rel="alternate" type="text/html" href="?format=html"/>`,
    ...(runbook === undefined ? [] : [`<link rel="related" href="${escapedXml(oneLine(runbook))}"/>`]),
    element('summary', lines.join('\n')),
    '</entry>',
  ].join('\n');
}

function textOf({ from, to, since, error, causes, consequences, observer }: Change): string[] {
  const paths = consequences.slice(0, MAX_PATHS);
  const more = consequences.length - paths.length;
  return [
    `${to} since ${minuteText(since)}, ${from} before`,
    ...(error === undefined ? [] : [error]),
    ...(causes.length === 0
      ? []
      : [`because of ${causes.map((cause) => causeName({ cause, ...(observer && { observer }) })).join(', ')}`]),
    ...(paths.length === 0
      ? []
      : [`because of it, not up: ${paths.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`]),
  ].map(oneLine);
}

function element(name: string, text: string): string {
  return `<${name}>${escapedXml(text.split('\n').map(oneLine).join('\n'))}</${name}>`;
}

/** A URN of 32 hexadecimal digits, as a UUID of version 8: https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function urn(id: string): string {
  const digits = `${id.slice(0, 12)}8${id.slice(13, 16)}a${id.slice(17)}`;
  const groups = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ];
  return `urn:uuid:${groups.join('-')}`;
}
