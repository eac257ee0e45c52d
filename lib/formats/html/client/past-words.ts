/** Marks in words, for those who do not see them and for those who want to know more. */
import { LOOKS } from '../../looks.ts';
import type { Mark, Trouble } from './past-data.ts';

const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const fine = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dated = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: 'numeric',
});
/** Days are those of UTC, as they were recorded. */
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

/** `10:15 – 10:30`, or a date. */
export function whenText({ from, to }: Mark): string {
  if (to - from >= DAY_MS) return `${day.format(from)} UTC`;
  const isToday = new Date(from).toDateString() === new Date().toDateString();
  return `${(isToday ? clock : dated).format(from)} – ${clock.format(to)}`;
}

/** `down for a while, 93.3 % up`. */
export function stateText({ look, uptime }: Mark): string {
  const share = uptime === undefined ? '' : `, ${String(uptime)} % up`;
  return `${LOOKS[look]}${share}`;
}

/** `10:17:00 – 10:22:00 down: ConnectionError: …`. */
export function troubleText({ from, to, isDown, message }: Trouble): string {
  const what = message === undefined ? '' : `: ${message}`;
  return `${fine.format(from)} – ${fine.format(to)} ${isDown ? 'down' : 'degraded'}${what}`;
}
