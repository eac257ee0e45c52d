/** What the page shows of the history of each check: prepared once, since several of its parts show the same. */
import { pathKey, resultsOf } from '../../../engine/tree.ts';
import type { CheckResult } from '../../../engine/types.ts';
import type { State } from '../../../history/sample.ts';
import { maintenanceEnd } from '../../../history/under-way.ts';
import type { HistoryView, Strips } from '../../../history/view.ts';
import type { View } from '../../format.ts';
import { hasTroubles, prepare, prepareTimes } from './prepared.ts';
import type { Prepared, PreparedTimes } from './prepared.ts';

/** A strip of one check. */
export interface Strip {
  /** Of its drawing in the page. */
  readonly id: string;
  readonly prepared: Prepared;
  readonly axis: Omit<Strips, 'marks'>;
}

export interface PastRow {
  /** Its place in the data of the script. */
  readonly index: number;
  readonly quarters: Strip | undefined;
  readonly days: Strip | undefined;
  readonly times: PreparedTimes | undefined;
  readonly standing: { readonly state: State; readonly since: number } | undefined;
  /** When the maintenance ends that it is in now, in milliseconds since 1970. */
  readonly maintenanceEnd: number | undefined;
}

/** Troubles of which the script of a page gets to know, and of one strip at least and at most. */
const MAX_TROUBLES = 300;
const [LEAST_OF_STRIP, MOST_OF_STRIP] = [2, 60];

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
  const checks = resultsOf(report.result);
  const share = Math.floor(MAX_TROUBLES / Math.max(1, troubledIn(history.quarters) + troubledIn(history.days)));
  const maxTroubles = Math.max(LEAST_OF_STRIP, Math.min(MOST_OF_STRIP, share));
  const add = (path: string): PastRow | undefined => {
    const index = rows.length;
    const quarters = stripOf(history.quarters, path, { id: `q${String(index)}`, maxTroubles });
    const days = stripOf(history.days, path, { id: `d${String(index)}`, maxTroubles });
    if (quarters === undefined && days === undefined) return undefined;
    const marks = history.quarters?.marks.get(path);
    const row = {
      ...{ index, quarters, days },
      times: marks && prepareTimes(marks),
      standing: history.standings?.get(path),
      maintenanceEnd: maintenanceEnd(history.windows ?? [], path, history.at),
    };
    rows.push(row);
    return row;
  };
  const whole = add('');
  const byCheck = new Map(checks.map((check) => [check, add(pathKey(check.path))]));
  return { history, rows, whole, of: (check) => byCheck.get(check) };
}

/** How many strips have anything to tell. */
function troubledIn(strips: Strips | undefined): number {
  let count = 0;
  for (const marks of strips?.marks.values() ?? []) if (hasTroubles(marks)) count += 1;
  return count;
}

function stripOf(
  strips: Strips | undefined,
  path: string,
  { id, maxTroubles }: { readonly id: string; readonly maxTroubles: number },
): Strip | undefined {
  if (strips === undefined) return undefined;
  const { marks: all, ...axis } = strips;
  const marks = all.get(path);
  return marks && { id, axis, prepared: prepare(marks, axis, maxTroubles) };
}

/** The state that a check has now, as a sample would record it. */
export function stateNow({ error }: CheckResult): State {
  return error === undefined ? 'up' : error.degraded === true ? 'degraded' : 'down';
}
