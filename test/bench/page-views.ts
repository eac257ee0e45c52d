/**
 * What a visitor waits for: a request for the page of a namespace of 25 checks, where nothing is shared. While the
 * checks run, 24 hours and 90 days are read from a folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToken } from '../../lib/document/tokens.ts';
import { NOTHING_YET } from '../../lib/history/changes.ts';
import { openHistory } from '../../lib/history/open.ts';
import { record } from '../../lib/history/recording.ts';
import type { Sample } from '../../lib/history/sample.ts';
import { addTo, DAY_MS, emptySpan, QUARTER_MS } from '../../lib/history/span.ts';
import type { Span } from '../../lib/history/span.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { createApp } from '../../lib/http/app.ts';
import type { AppOptions } from '../../lib/http/app.ts';
import type { Log } from '../../lib/log.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Addresses } from '../stack/addresses.ts';
import { memoryStore } from '../support/memory-store.ts';
import { median, ms, ratio, time } from './figure.ts';
import type { Figure } from './figure.ts';
import { MINUTE, RULES, usualSample } from './record-samples.ts';
import { CHECKS, checksOn, NAME, nameOf } from './recorded-run.ts';

const ROUNDS = 31;
const ASKED = 1.3;
const DAYS = 90;
/** Minutes of an outage, and from one to the next. */
const [DOWN, EVERY] = [30, 480] as const;

export async function pageViews(addresses: Addresses, log: Log): Promise<Figure[]> {
  const token = createToken(NAME);
  const vault = new Vault(memoryStore({ [NAME]: { access_tokens: [token], checks: checksOn(addresses) } }), log);
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-bench-'));
  const store = await openHistory(folder);
  const request = {
    method: 'GET',
    path: `/api/health/${token}/`,
    query: new URLSearchParams({ format: 'html' }),
    headers: { 'cache-control': 'no-cache' },
  };
  const view = async (options: AppOptions) => {
    const { status, body } = await createApp({ vault, log, ...options })(request);
    if (status !== 200 || body.includes('class="recorded"') !== (options.history !== undefined))
      throw new Error(`the page came with status ${String(status)}, or not as it was asked for`);
  };
  const times = { without: new Array<number>(), shown: new Array<number>(), first: new Array<number>() };
  try {
    await fill(store, Date.now());
    const without = () => view({});
    // What was read is shared by those who have the same reader.
    const shown = () => view({ history: () => Promise.resolve(store) });
    await without();
    await shown();
    for (let round = 0; round < ROUNDS; round += 1) {
      times.without.push(await time(without));
      times.shown.push(await time(shown));
      const opened = await openHistory(folder);
      times.first.push(await time(() => view({ history: () => Promise.resolve(opened) })));
      await opened.close();
    }
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
  const [without, shown, first] = [median(times.without), median(times.shown), median(times.first)];
  const name =
    `request for the page of ${String(CHECKS)} checks, nothing shared, with 24 hours and 90 days of history, since ` +
    'the page reads both, against the same without a history';
  const against = (took: number) =>
    `${ratio(took / without)} (${ms(took)} and ${ms(without)}, median of ${String(ROUNDS)})`;
  return [
    { name, asked: `≤ ${ratio(ASKED)}`, measured: against(shown), ok: shown / without <= ASKED },
    {
      name: 'the same, for the first time since the process began',
      asked: 'none, for comparison',
      measured: against(first),
      ok: true,
    },
  ];
}

/** Days of a sample a quarter of an hour, and a last one of a sample a minute, as they are kept. */
async function fill(store: HistoryStore, now: number): Promise<void> {
  const end = Math.floor(now / MINUTE) * MINUTE;
  const begin = Math.floor(end / DAY_MS) * DAY_MS - DAYS * DAY_MS;
  let version = 0;
  let [quarter, day] = [emptySpan(begin, QUARTER_MS), emptySpan(begin, DAY_MS)];
  let sample = sampleAt(begin, QUARTER_MS);
  const write = async (next: number) => {
    if (next < day.at + DAY_MS && (next < quarter.at + QUARTER_MS || end - next > DAY_MS + QUARTER_MS)) return;
    await store.commit(NAME, { version, memory: NOTHING_YET, sample, quarter, day, changes: [] });
    version += 1;
  };
  for (let at = begin; at < end; at += sample.intervalMs) {
    await write(at);
    sample = sampleAt(at, end - at > DAY_MS + QUARTER_MS ? QUARTER_MS : MINUTE);
    [quarter, day] = [added(quarter, sample, QUARTER_MS), added(day, sample, DAY_MS)];
  }
  await write(Infinity);
  await record(store, sampleAt(end, MINUTE), RULES);
}

function added(span: Span, sample: Sample, lengthMs: number): Span {
  return addTo(sample.at < span.at + lengthMs ? span : emptySpan(sample.at, lengthMs), sample);
}

function sampleAt(at: number, intervalMs: number): Sample {
  const sample = usualSample(NAME, 0, CHECKS, Math.floor(at / MINUTE) % EVERY < DOWN);
  const checks = sample.checks.map((check, index) => (index === 0 ? check : { ...check, path: nameOf(index - 1) }));
  return { ...sample, at, intervalMs, checks };
}
