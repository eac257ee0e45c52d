/**
 * What recording adds to a run: the same namespace of 25 checks, run alone and run by the recorder. What it adds does
 * not depend on the servers: most of it is waiting for the disk. So the limit is for servers as far away as in a data
 * center nearby. On this machine, where a run takes a few hundredths of a second, the figure is for comparison.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistory } from '../../lib/history/open.ts';
import type { Log } from '../../lib/log.ts';
import { Recorder } from '../../lib/record/recorder.ts';
import { Reporter } from '../../lib/reporter.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Addresses } from '../stack/addresses.ts';
import { memoryStore } from '../support/memory-store.ts';
import { distant } from './distant.ts';
import { median, ms, ratio, time } from './figure.ts';
import type { Figure } from './figure.ts';

export const NAME = 'shop';
export const CHECKS = 25;
const ROUNDS = 15;
/** Runs in a row that are measured together: what a run closes when it has ended counts for both. */
const SERIES = 5;
const ASKED = 1.05;
/** Milliseconds that each packet takes to servers that are far away. */
const DISTANCE_MS = 10;

export const nameOf = (index: number) => `check ${String(index)}`;

/** Checks of the kinds that a stack has, until there are 25. */
export function checksOn({
  redis,
  postgres,
  rabbitmq,
  clickhouse,
  mysql,
}: Addresses): Readonly<Record<string, unknown>> {
  const leaves = [
    { kind: 'cache', url: redis.url },
    { kind: 'postgres', url: postgres.url },
    { kind: 'rabbitmq', url: rabbitmq.url, round_trip: true },
    { kind: 'clickhouse', url: clickhouse.url },
    { kind: 'mysql', url: mysql.url },
  ];
  return Object.fromEntries(
    Array.from({ length: CHECKS }, (_, index) => [nameOf(index), leaves[index % leaves.length]]),
  );
}

export async function recordedRun(addresses: Addresses, log: Log): Promise<Figure[]> {
  const far = await distant(addresses, DISTANCE_MS);
  try {
    return [
      await against('on this machine', addresses, log),
      await against(`${String(2 * DISTANCE_MS)} ms away`, far.addresses, log, ASKED),
    ];
  } finally {
    far.stop();
  }
}

async function inSeries(run: () => Promise<unknown>): Promise<void> {
  for (let number = 0; number < SERIES; number += 1) await run();
}

async function against(where: string, addresses: Addresses, log: Log, asked = Infinity): Promise<Figure> {
  const document = { access_tokens: ['a-token-of-the-benchmark'], checks: checksOn(addresses) };
  const vault = new Vault(memoryStore({ [NAME]: document }), log);
  const namespace = await vault.namespace(NAME);
  if (namespace === undefined) throw new Error('the document has mistakes');
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-bench-'));
  const store = await openHistory(folder);
  const reporter = new Reporter(vault, log);
  const deliver = () => Promise.resolve();
  const recorder = new Recorder({ reporter, vault, store, deliver, log, lateSlots: 0, now: Date.now });
  const alone = () => inSeries(() => reporter.share(namespace, { fresh: true }));
  const recorded = () => inSeries(() => recorder.record(NAME, Date.now(), 1));
  const times: { alone: number[]; recorded: number[] } = { alone: [], recorded: [] };
  try {
    await alone();
    await recorded();
    for (let round = 0; round < ROUNDS; round += 1) {
      times.alone.push(await time(alone));
      times.recorded.push(await time(recorded));
    }
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
  const [without, with_] = [median(times.alone) / SERIES, median(times.recorded) / SERIES];
  const runs = `${String(ROUNDS)} series of ${String(SERIES)}`;
  return {
    name: `run of ${String(CHECKS)} checks ${where}, recorded in a folder, against the run alone`,
    asked: asked === Infinity ? 'none, for comparison' : `≤ ${ratio(asked)}`,
    measured: `${ratio(with_ / without)} (${ms(with_)} and ${ms(without)}, median of ${runs})`,
    ok: with_ / without <= asked,
  };
}
