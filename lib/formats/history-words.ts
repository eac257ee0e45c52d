/** The words for what was recorded. */
import type { PastOutage } from '../history/past-outages.ts';
import type { SampledState } from '../history/sample.ts';
import type { HistoryView } from '../history/view.ts';
import { uptimeIn } from '../history/view.ts';

export const HISTORY_MISSING = 'history is not available';

export const STATE_WORDS: Readonly<Record<SampledState, string>> = {
  up: 'up',
  degraded: 'degraded',
  down: 'down',
  maintenance: 'maintenance',
};

/** `99.98 %`, rounded down, so that only what never failed has 100 %. */
export function uptimeText(ratio: number | undefined): string {
  if (ratio === undefined) return 'no data';
  return ratio === 1 ? '100 %' : `${(Math.floor(ratio * 10_000) / 100).toFixed(2)} %`;
}

const UNITS = [
  { name: 'day', ms: 86_400_000, from: 2 },
  { name: 'h', ms: 3_600_000, from: 2 },
  { name: 'min', ms: 60_000, from: 2 },
  { name: 's', ms: 1000, from: 0 },
] as const;

/** `45 s`, `12 min`, `5 h`, `3 days`: in the largest unit of which there are at least two. */
export function lengthText(milliseconds: number): string {
  for (const { name, ms, from } of UNITS) {
    const count = Math.floor(milliseconds / ms);
    if (count >= from) return `${String(count)} ${name}${name === 'day' ? 's' : ''}`;
  }
  return '0 s';
}

/** `2023-11-14 22:13 UTC`. */
export function minuteText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What an outage came from, in words where that is no check. */
export function causeName({ cause, observer }: Pick<PastOutage, 'cause' | 'observer'>): string {
  if (observer === true) return 'the observer itself';
  if ('address' in cause) return cause.address;
  return cause.path === '' ? 'the whole namespace' : cause.path;
}

/** Ranges of which uptime is told, each with the days that it has. */
export const WINDOWS = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
export type WindowName = keyof typeof WINDOWS;

/** Uptime in that range. A day is one in UTC, and the current one counts as far as it has come. */
export function uptimeOver({ quarters, days }: HistoryView, path: string, window: WindowName): number | undefined {
  return window === '24h' ? uptimeIn(quarters, path) : uptimeIn(days, path, WINDOWS[window]);
}
