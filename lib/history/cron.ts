/** What is wrong with the cron expression of a window, by itself and beside how long the window lasts. */
import { Cron } from 'croner';
import { TIME } from './local-times.ts';

const WANTED = 'must be a cron expression of five parts, such as 0 3 * * sun';
const INVALID = 'is no valid cron expression: minute, hour, day of the month, month, day of the week';
const NEVER = 'never happens: no month that it names has such a day';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Not near a day at which a zone changes its clock, nor is any that is whole months later. */
const START = Date.UTC(2027, 0, 20);
/** Where there may be a pause: between the hours of a day, the days of two months, and the months of a year. */
const PROBES: readonly number[] = [
  ...Array.from({ length: 26 }, (_, index) => START + index * HOUR_MS),
  ...Array.from({ length: 62 }, (_, index) => START + index * DAY_MS),
  ...Array.from({ length: 12 }, (_, index) => START + index * 30 * DAY_MS),
];
/** Beginnings in a row that are looked at for a pause within an hour. */
const IN_A_ROW = 61;

export function cronOf(expression: string, zone: string): Cron {
  return new Cron(expression, { timezone: zone, mode: '5-part', paused: true });
}

/** The first beginning after a time, in milliseconds since 1970; infinity if there is none. */
export function nextBeginning(cron: Cron, after: number): number {
  return cron.nextRun(new Date(after))?.getTime() ?? Infinity;
}

/** What is wrong with an expression; undefined if it is right. */
export function mistakeInCron(expression: string): string | undefined {
  if (TIME.test(expression)) return WANTED;
  try {
    return nextBeginning(cronOf(expression, 'UTC'), Date.now()) === Infinity ? NEVER : undefined;
  } catch {
    return expression.trim().split(/\s+/).length === 5 ? INVALID : WANTED;
  }
}

/** Whether every window lasts until the next one begins, so that they never end. */
export function isEndless(cron: Cron, lengthMs: number): boolean {
  for (const begin of beginnings(cron)) if (nextBeginning(cron, begin - lengthMs - 1000) >= begin) return false;
  return true;
}

/** Those before which there would be a pause. */
function* beginnings(cron: Cron): Generator<number> {
  let begin = START;
  for (let count = 0; count < IN_A_ROW; count += 1) yield (begin = nextBeginning(cron, begin));
  for (const probe of PROBES) yield nextBeginning(cron, probe);
}
