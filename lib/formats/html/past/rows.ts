/** What the page shows of the history of each check: prepared once, since several of its parts show the same. */
import { pathKey, resultsOf } from '../../../engine/tree.ts';
import type { CheckResult } from '../../../engine/types.ts';
import type { State } from '../../../history/sample.ts';
import { uptimeOf } from '../../../history/span.ts';
import type { Tally } from '../../../history/span.ts';
import type { HistoryView, Strips } from '../../../history/view.ts';
import type { View } from '../../format.ts';
import { lookOf } from './marks.ts';
import type { Look } from './marks.ts';

/** A strip of one check. */
export interface Strip {
  /** Of its drawing in the page. */
  readonly id: string;
  readonly marks: readonly (Tally | undefined)[];
  readonly looks: readonly Look[];
  /** From 0 to 1; undefined where nothing is known. */
  readonly uptime: number | undefined;
  readonly axis: Omit<Strips, 'marks'>;
}

export interface PastRow {
  /** Its place in the data of the script. */
  readonly index: number;
  readonly quarters: Strip | undefined;
  readonly days: Strip | undefined;
  readonly standing: { readonly state: State; readonly since: number } | undefined;
}

export interface Past {
  readonly history: HistoryView;
  /** In the order of their indexes. */
  readonly rows: readonly PastRow[];
  /** Of the whole; undefined where the page is of a part. */
  readonly whole: PastRow | undefined;
  of(check: CheckResult): PastRow | undefined;
}

export function pastOf({ history, report }: View): Past | undefined {
  if (history === undefined) return undefined;
  const rows: PastRow[] = [];
  const add = (path: string): PastRow | undefined => {
    const index = rows.length;
    const quarters = stripOf(history.quarters, path, `q${String(index)}`);
    const days = stripOf(history.days, path, `d${String(index)}`);
    const standing = history.standings?.get(path);
    if (quarters === undefined && days === undefined) return undefined;
    const row = { index, quarters, days, standing };
    rows.push(row);
    return row;
  };
  const whole = add('');
  const byCheck = new Map(resultsOf(report.result).map((check) => [check, add(pathKey(check.path))]));
  return { history, rows, whole, of: (check) => byCheck.get(check) };
}

function stripOf(strips: Strips | undefined, path: string, id: string): Strip | undefined {
  if (strips === undefined) return undefined;
  const { marks: all, ...axis } = strips;
  const marks = all.get(path);
  if (marks === undefined) return undefined;
  const known = marks.filter((mark) => mark !== undefined);
  return { id, marks, looks: marks.map(lookOf), uptime: uptimeOf(known), axis };
}

/** The state that a check has now, as a sample would record it. */
export function stateNow({ error }: CheckResult): State {
  return error === undefined ? 'up' : error.degraded === true ? 'degraded' : 'down';
}
