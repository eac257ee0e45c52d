/** Times in the reader's zone and language, and ages that grow. */
import { setText } from './find.ts';

const SECONDS_A_MINUTE = 60;
const MINUTES_AN_HOUR = 60;
/** From this many on, the larger unit is used. */
const MANY = 120;

export function showLocalTimes(page: Document): void {
  const exact = formatsOf('medium');
  const byMinute = formatsOf('short');
  for (const element of page.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const { today, other } = element.classList.contains('minute') ? byMinute : exact;
    element.title = element.dateTime;
    setText(element, (isToday ? today : other).format(at));
  }
}

function formatsOf(timeStyle: 'medium' | 'short') {
  return {
    today: new Intl.DateTimeFormat(undefined, { timeStyle }),
    other: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle }),
  };
}

/** `just now`, `4 s ago`, `3 min ago`, `5 h ago`. */
export function ageText(milliseconds: number): string {
  return milliseconds < 1000 ? 'just now' : `${span(milliseconds)} ago`;
}

/** `4 s`, `3 min`, `5 h`. */
export function span(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < MANY) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / SECONDS_A_MINUTE);
  return minutes < MANY ? `${String(minutes)} min` : `${String(Math.floor(minutes / MINUTES_AN_HOUR))} h`;
}
