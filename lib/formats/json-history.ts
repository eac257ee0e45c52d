/** `json` with `?history=`: what was recorded of each check, as samples, or as spans where the range is long. */
import { MAX_CHECK_SAMPLES } from '../history/latest-samples.ts';
import { uptimeOf, DAY_MS } from '../history/span.ts';
import type { Tally } from '../history/span.ts';
import { WHOLE } from '../history/sample.ts';
import type { Sample, SampledState } from '../history/sample.ts';
import { percentile } from '../history/times.ts';
import type { HistoryView, Strips, Wanted } from '../history/view.ts';
import { statusByVerdict } from './format.ts';
import type { Format, View } from './format.ts';
import { HISTORY_MISSING } from './history-words.ts';
import { jsonText } from './json-text.ts';

/** The longest range that is told by quarters of an hour. */
const MAX_QUARTERS_MS = 8 * DAY_MS;

export const jsonHistory: Format = {
  contentType: 'application/json',
  status: statusByVerdict,
  wants: (query) => wantedOf(rangeIn(query)),
  render({ history, report, query }) {
    if (history !== undefined) return historyText(history, rangeIn(query));
    const to = report.startedAt + report.durationMs;
    return `${written({ from: to - rangeIn(query), to, checks: new Map() }, { error: HISTORY_MISSING })}\n`;
  },
};

/** What is read of a range of that many milliseconds. */
export function wantedOf(rangeMs: number): Wanted {
  if (rangeMs <= DAY_MS) return { samplesMs: rangeMs, isOfPart: true };
  return { ...(rangeMs <= MAX_QUARTERS_MS ? { quartersMs: rangeMs } : { daysMs: rangeMs }), isOfPart: true };
}

/** @param more What else to tell, by its key. */
export function historyText(
  history: HistoryView,
  rangeMs: number,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return `${written(toldOf(history, rangeMs), more)}\n`;
}

/** @param query Its `history` is known to be right, such as `24h` or `90d`. */
function rangeIn(query: View['query']): number {
  const text = query.get('history') ?? '24h';
  return Number.parseInt(text, 10) * (text.endsWith('d') ? DAY_MS : DAY_MS / 24);
}

interface Told {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** By path. */
  readonly checks: ReadonlyMap<string, { readonly uptime: number | undefined; readonly samples: readonly object[] }>;
}

/** By hand, since an object would put names that look like numbers first. */
function written({ from, to, checks }: Told, more: Readonly<Record<string, unknown>> = {}): string {
  const own = [...checks].map(([path, told]) => `${jsonText(path)}:${jsonText(told)}`);
  const rest = Object.entries(more).map(([name, value]) => `,${jsonText(name)}:${jsonText(value)}`);
  const [begin, end] = [from, to].map((at) => jsonText(timeText(at)));
  return `{"from":${String(begin)},"to":${String(end)},"checks":{${own.join(',')}}${rest.join('')}}`;
}

function toldOf({ at, samples = [], quarters, days }: HistoryView, rangeMs: number): Told {
  const strips = quarters ?? days;
  return strips === undefined ? toldOfSamples(samples, at - rangeMs, at) : toldOfStrips(strips, at);
}

function toldOfSamples(all: readonly Sample[], begin: number, to: number): Told {
  // While the observer was cut off, nothing is known of the checks.
  const known = all.filter(({ observerCutOff }) => !observerCutOff);
  const { samples, from } = latest(known, begin);
  const checks = new Map<string, { ms: Record<SampledState, number>; samples: object[] }>();
  for (const { at, intervalMs, checks: own } of samples) {
    for (const { path, state, durationMs, error } of own) {
      if (path === WHOLE) continue;
      const told = checks.get(path) ?? { ms: { up: 0, degraded: 0, down: 0, maintenance: 0 }, samples: [] };
      checks.set(path, told);
      told.ms[state] += intervalMs;
      told.samples.push({ at: timeText(at), state, seconds: durationMs / 1000, ...(error !== undefined && { error }) });
    }
  }
  const withUptime = [...checks].map(([path, told]) => {
    return [path, { uptime: ratio(uptimeOf([told])), samples: told.samples }] as const;
  });
  return { from, to, checks: new Map(withUptime) };
}

/** As many of the latest as fit, and when they begin. */
function latest(all: readonly Sample[], begin: number): { readonly samples: readonly Sample[]; readonly from: number } {
  let count = 0;
  for (let index = all.length - 1; index >= 0; index -= 1) {
    count += all[index]?.checks.length ?? 0;
    if (count > MAX_CHECK_SAMPLES) return { samples: all.slice(index + 1), from: all[index + 1]?.at ?? begin };
  }
  return { samples: all, from: begin };
}

/** Spans without data are left out. */
function toldOfStrips({ from, lengthMs, marks }: Strips, to: number): Told {
  const checks = [...marks].filter(([path]) => path !== WHOLE);
  const told = checks.map(([path, own]) => {
    const spans = own.flatMap((mark, index) =>
      mark === undefined ? [] : [spanOf(mark, from + index * lengthMs, lengthMs)],
    );
    return [path, { uptime: ratio(uptimeOf(own)), samples: spans }] as const;
  });
  return { from, to, checks: new Map(told) };
}

function spanOf({ ms, times }: Tally, from: number, lengthMs: number): object {
  return {
    from: timeText(from),
    to: timeText(from + lengthMs),
    uptime: ratio(uptimeOf([{ ms }])),
    median: secondsOf(percentile(times, 0.5)),
    p95: secondsOf(percentile(times, 0.95)),
  };
}

function ratio(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1e6) / 1e6;
}

function secondsOf(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds) / 1000;
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
