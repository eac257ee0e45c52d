/** Histories of the shop, recorded as real ones are: 90 days by the hour, and the last day by five minutes. */
import { resultsOf, pathKey } from '../../lib/engine/tree.ts';
import type { OutageCause } from '../../lib/engine/outages.ts';
import { record } from '../../lib/history/recording.ts';
import type { CheckSample, Sample, SampledState } from '../../lib/history/sample.ts';
import { DAY_MS } from '../../lib/history/span.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { loadView } from '../../lib/history/view.ts';
import type { HistoryView, Wanted } from '../../lib/history/view.ts';
import { memoryHistory } from './memory-history.ts';
import { shopReports } from './shop.ts';

/** When the reports of the shop had ended. */
export const NOW = 1_700_000_002_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const SHOP_PATHS = resultsOf(shopReports.working.result).map(({ path }) => pathKey(path));

/** How a check was, if it did not simply work. `gap`: nothing was recorded of anything. */
interface Was {
  readonly state: SampledState | 'gap';
  readonly error?: string;
  readonly causes?: readonly OutageCause[];
}

/** @param ageMs Milliseconds before now. */
export type Story = (path: string, ageMs: number) => Was | undefined;

/** Nothing but a gap of six days, two months ago. */
const quiet: Story = (_path, ageMs) => (ageMs > 62 * DAY_MS && ageMs < 68 * DAY_MS ? { state: 'gap' } : undefined);

const refused = 'ConnectionError: connection refused by rabbitmq broker.shop.internal:5672; is it running there?';
const slow = 'UnhealthyError: answered in 1.84 s, slower than its limit of 0.5 s';

/** The broker fails now, and did ten days ago; thumbnails are slow at times; the database was worked on. */
const eventful: Story = (path, ageMs) => {
  const gap = quiet(path, ageMs);
  if (gap !== undefined) return gap;
  const isBroker = path === 'rabbit' || path.startsWith('celery/');
  const because = path === 'rabbit' ? {} : { causes: [{ path: 'rabbit' }] };
  const isDown = ageMs < 25 * MINUTE || (ageMs > 10 * DAY_MS && ageMs < 10 * DAY_MS + 3 * HOUR);
  if (isBroker && isDown) return { state: 'down', error: refused, ...because };
  if (
    path === 'storage/thumbnails' &&
    (ageMs % (17 * DAY_MS)) % (11 * HOUR) < 50 * MINUTE &&
    ageMs % (17 * DAY_MS) < DAY_MS
  )
    return { state: 'degraded', error: slow };
  if (path === 'storage/postgres' && ageMs > 7 * HOUR && ageMs < 9 * HOUR) return { state: 'maintenance' };
  if (path === 'payments' && ageMs > 4 * DAY_MS && ageMs < 4 * DAY_MS + 2 * HOUR)
    return { state: 'down', error: 'TimeoutError: no answer within 2 s from https api.payments.example:443' };
  return undefined;
};

/** Every check fails in every other sample, each time for another reason. */
const flapping: Story = (path, ageMs) =>
  Math.floor(ageMs / (5 * MINUTE)) % 2 === 0
    ? {
        state: 'down',
        error: `UnhealthyError: ${path} answered ${String(Math.round(ageMs))} and not what was expected`,
      }
    : undefined;

export const stories = { quiet, eventful, flapping } as const;

/** What the page wants, as it is in the format. */
export const EVERYTHING: Wanted = {
  quartersMs: DAY_MS,
  daysMs: 90 * DAY_MS,
  changesMs: 14 * DAY_MS,
  standings: true,
  windowsMs: 7 * DAY_MS,
};

/** A store that holds that story. */
export async function pastOf(story: Story, paths: readonly string[] = SHOP_PATHS): Promise<HistoryStore> {
  const store = memoryHistory();
  const rules = {
    confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }),
    lateSlots: 0,
    targets: [],
  };
  for (let at = Math.ceil((NOW - 90 * DAY_MS) / HOUR) * HOUR; at <= NOW; at += intervalAt(at)) {
    const sample = sampleAt(at, story, paths);
    if (sample !== undefined) await record(store, sample, rules);
  }
  return store;
}

function intervalAt(at: number): number {
  return NOW - at > DAY_MS + HOUR ? HOUR : 5 * MINUTE;
}

function sampleAt(at: number, story: Story, paths: readonly string[]): Sample | undefined {
  const checks = paths.flatMap((path, index): CheckSample[] => {
    const { state = 'up', error, causes } = story(path, NOW - at) ?? {};
    if (state === 'gap') return [];
    const durationMs = 3 + index + Math.round(4 * Math.abs(Math.sin(at / HOUR + index)));
    return [{ path, state, durationMs, ...(error !== undefined && { error }), ...(causes && { causes }) }];
  });
  if (checks.length === 0) return undefined;
  const down = checks.filter(({ state }) => state === 'down');
  const [cause = checks.find(({ state }) => state === 'degraded')] = down;
  const whole: CheckSample = {
    path: '',
    state: down.length > 0 ? 'down' : checks.some(({ state }) => state === 'degraded') ? 'degraded' : 'up',
    durationMs: Math.max(...checks.map(({ durationMs }) => durationMs)),
    ...(cause && { causes: cause.causes ?? [{ path: cause.path }] }),
  };
  const intervalMs = intervalAt(at);
  return { namespace: 'shop-production', at, intervalMs, observerCutOff: false, checks: [whole, ...checks] };
}

const told = new Map<Story, Promise<HistoryStore>>();

/** What a format gets to show of that story. */
export async function pastView(story: Story, wanted: Wanted = EVERYTHING): Promise<HistoryView> {
  const store = told.get(story) ?? pastOf(story);
  told.set(story, store);
  return loadView(await store, 'shop-production', { now: NOW, wanted });
}
