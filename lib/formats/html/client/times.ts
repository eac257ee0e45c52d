/** Times in the reader's zone and language, and ages that grow. */
import { setText } from './find.ts';

const SECONDS_A_MINUTE = 60;
const MINUTES_AN_HOUR = 60;
/** From this many on, the larger unit is used. */
const MANY = 120;

export function showLocalTimes(page: Document): void {
  for (const element of page.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    element.title = element.dateTime;
    const timeStyle = element.className === 'minute' ? 'short' : 'medium';
    setText(element, at.toLocaleString(undefined, { timeStyle, ...(!isToday && { dateStyle: 'medium' }) }));
  }
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
