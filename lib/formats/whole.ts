/** The words for a report as a whole. */
import type { Outage } from '../engine/outages.ts';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { Result } from '../engine/types.ts';
import { oneLine } from '../errors.ts';
import { listed, statusText } from './words.ts';

/** `2 of 3 checks work`: all checks of a report, critical or not. */
export function countText(result: Result): string {
  const { working, all } = countOf(result);
  return `${String(working)} of ${String(all)} checks work`;
}

/** How many checks of a report work, without being impaired. */
export function countOf(result: Result): { readonly working: number; readonly all: number } {
  const checks = resultsOf(result);
  return { working: checks.filter(({ verdict }) => verdict === 'working').length, all: checks.length };
}

/** The note in a report if the observer itself may be cut off. */
export const CUT_OFF =
  'everything fails alike, at several addresses: this service itself may be cut off from the network';

/** `cache/data: ConnectionError: …; because of it, celery/ping does not work`. One line for each outage. */
export function outageText({ cause, teller, consequences }: Outage): string {
  const broken = 'path' in cause ? cause.path : cause.address;
  const telling = pathKey(teller.path);
  const told = `${telling === broken ? '' : `${oneLine(telling)}: `}${statusText({ ...teller, causes: [] })}`;
  const paths = consequences.map(({ path }) => pathKey(path));
  if (paths.length === 0) return `${oneLine(broken)}: ${told}`;
  return `${oneLine(broken)}: ${told}; because of it, ${listed(paths)} ${paths.length === 1 ? 'does' : 'do'} not work`;
}
