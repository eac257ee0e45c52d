/** The words for the data in a report. */
import type { Outage } from '../engine/outages.ts';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { Cause, CheckResult, Result } from '../engine/types.ts';
import { oneLine } from '../errors.ts';

/** `working`, or `<Error>: <message>` with the causes of the failure; `<Error>` alone in a summary. */
export function statusText({ error, causes }: Pick<CheckResult, 'error' | 'causes'>): string {
  if (error === undefined) return 'working';
  return error.message === '' ? error.code : `${error.code}: ${oneLine(error.message)}${causesText(causes)}`;
}

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

/** The most causes that a message names; the others are counted. */
const NAMED_CAUSES = 3;

/** ` (it depends on cache/data, which does not work)`; empty if there is no cause. */
function causesText(causes: readonly Cause[]): string {
  const paths = causes.flatMap((cause) => ('path' in cause ? [cause.path] : []));
  if (paths.length > 0)
    return ` (it depends on ${listed(paths)}, which ${paths.length === 1 ? 'does' : 'do'} not work)`;
  const [shared] = causes.flatMap((cause) => ('address' in cause ? [cause] : []));
  if (shared === undefined) return '';
  const { address, others } = shared;
  return ` (like ${String(others)} ${others === 1 ? 'other that needs' : 'others that need'} ${oneLine(address)})`;
}

function listed(paths: readonly string[]): string {
  const named = paths.slice(0, NAMED_CAUSES).map(oneLine);
  const more = paths.length > named.length ? [`${String(paths.length - named.length)} more`] : [];
  return [...named, ...more].join(' and ');
}
