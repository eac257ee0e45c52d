import type { Verdict } from '../engine/types.ts';
import { pathKey } from '../engine/tree.ts';
import { shortLine } from '../errors.ts';
import { DAY_MS, uptimeOf } from '../history/span.ts';
import type { Wanted } from '../history/view.ts';
import type { View } from './format.ts';
import { uptimeText, WINDOWS } from './history-words.ts';
import { countOf } from './whole.ts';

/** Characters of a badge's label. */
const MAX_LABEL_LENGTH = 60;

/** What the colour of a badge says. */
export type Grade = Verdict | 'unknown';

export interface BadgeTexts {
  readonly label: string;
  readonly message: string;
  readonly grade: Grade;
}

/** Both sides of a badge: `prod/cache` and `degraded, 2 of 3 work`. */
export function badgeTexts(view: View): BadgeTexts {
  const { verdict, result } = view.report;
  const { working, all } = countOf(result);
  return {
    label: shortLine(targetOf(view), MAX_LABEL_LENGTH),
    message: working === all ? verdict : `${verdict}, ${String(working)} of ${String(all)} work`,
    grade: verdict,
  };
}

function targetOf({ namespace, part }: View): string {
  return [namespace.name, ...(part.length > 0 ? [pathKey(part)] : [])].join('/');
}

/** What is read for any range of uptime, so that badges of all ranges share it. */
export const UPTIME_WANTED: Wanted = { quartersMs: DAY_MS, daysMs: WINDOWS['90d'] * DAY_MS };

/** From these ratios on, uptime is good, or bearable. */
const GOOD = 0.999;
const BEARABLE = 0.99;

/** Both sides of a badge with `?of=uptime-30d`: `prod/cache uptime 30d` and `99.98 %`. That of a group is the mean. */
export function uptimeTexts(view: View): BadgeTexts {
  const [range = ''] = /\d+[hd]$/.exec(view.query.get('of') ?? '') ?? [];
  const uptime = uptimeIn(view, range);
  const grade =
    uptime === undefined ? 'unknown' : uptime >= GOOD ? 'working' : uptime >= BEARABLE ? 'degraded' : 'failing';
  const suffix = ` uptime ${range}`;
  const label = `${shortLine(targetOf(view), MAX_LABEL_LENGTH - suffix.length)}${suffix}`;
  return { label, message: view.isHistoryMissing === true ? 'not available' : uptimeText(uptime), grade };
}

/** Of the whole or of a check as it was recorded, and of a group from all that was recorded of its checks. */
function uptimeIn({ history, part }: View, range: string): number | undefined {
  const strips = range === '24h' ? history?.quarters : history?.days;
  const marks = strips?.marks ?? new Map<string, never>();
  const own = marks.get(pathKey(part));
  const latest = Object.hasOwn(WINDOWS, range) && range !== '24h' ? Number.parseInt(range, 10) : (strips?.count ?? 0);
  const chosen = own === undefined ? [...marks.values()] : [own];
  return uptimeOf(chosen.flatMap((one) => one.slice(-latest)));
}
