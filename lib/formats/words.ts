/** The words for the result of one check. Those for a whole report, which load later, are in whole.ts. */
import type { Cause, CheckResult } from '../engine/types.ts';
import { oneLine } from '../errors.ts';

/** `working`, or `<Error>: <message>` with the causes of the failure; `<Error>` alone in a summary. */
export function statusText({ error, causes }: Pick<CheckResult, 'error' | 'causes'>): string {
  if (error === undefined) return 'working';
  return error.message === '' ? error.code : `${error.code}: ${oneLine(error.message)}${causesText(causes)}`;
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

/** `cache/data and postgres and 2 more`. */
export function listed(paths: readonly string[]): string {
  const named = paths.slice(0, NAMED_CAUSES).map(oneLine);
  const more = paths.length > named.length ? [`${String(paths.length - named.length)} more`] : [];
  return [...named, ...more].join(' and ');
}
