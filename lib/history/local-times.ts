/** Times of a document: with their distance from UTC, or local ones of a zone. */
import { Cron } from 'croner';

/** A date and a time of day, with or without its distance from UTC: https://www.rfc-editor.org/rfc/rfc3339 */
export const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/i;
const ZONE_NEEDED = 'needs a zone beside it, or its distance from UTC at its end, such as +01:00';
const NO_DATE = 'is not a valid date';

/** Milliseconds since 1970; what is wrong with the time, if it cannot be read. */
export function instantOf(given: string, zone: string | undefined): number | string {
  const isFixed = TIME.exec(given)?.[1] !== undefined;
  if (!isFixed && zone === undefined) return ZONE_NEEDED;
  const time = given.toUpperCase().replace(' ', 'T');
  try {
    const instant = isFixed ? Date.parse(time) : localTime(time, zone ?? '');
    return isOfCalendar(time) && !Number.isNaN(instant) ? instant : NO_DATE;
  } catch {
    return NO_DATE;
  }
}

/** JavaScript takes the 30th of February for a day in March. */
function isOfCalendar(time: string): boolean {
  const day = time.slice(0, 'YYYY-MM-DD'.length);
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}

/** Of a time that occurs twice, the first; a time that is left out counts as that much later. */
function localTime(time: string, zone: string): number {
  return new Cron(time, { timezone: zone, paused: true }).getOnce()?.getTime() ?? Number.NaN;
}

export function isZone(name: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
    );
  } catch {
    return false;
  }
}
