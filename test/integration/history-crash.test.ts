/** A process that records in a folder is killed at any moment: what it acknowledged is there, and nothing is half. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleOptions } from '../../infra/bundle.ts';
import type { Change } from '../../lib/history/change.ts';
import { NOTHING_YET } from '../../lib/history/changes.ts';
import { plan } from '../../lib/history/notices.ts';
import { inOrder } from '../../lib/history/order.ts';
import { openHistory } from '../../lib/history/open.ts';
import { DAY_MS } from '../../lib/history/span.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { endlessSample, MIDNIGHT, MINUTE, RULES } from '../support/history-samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');
const KILLS = 50;
/** Milliseconds after its first sample at which a process is killed at the latest. */
const LATEST_MS = 150;
const NAMESPACES = ['first', 'second', '__proto__'];
const DAY = { from: MIDNIGHT, to: MIDNIGHT + DAY_MS };
const ALL = { from: 0, to: Infinity };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let writer: string;
let history: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  writer = join(folder.path, 'writer.mjs');
  history = join(folder.path, 'history');
  const entryPoints = { writer: join(ROOT, 'test/support/history-writer.ts') };
  await build({ ...bundleOptions, entryPoints, outdir: folder.path, outExtension: { '.js': '.mjs' } });
  // LMDB is not in the bundle.
  await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
});
afterAll(() => folder.remove());

/** Records until it is killed. @returns The number of the last sample of each namespace that was acknowledged. */
async function recordAndDie(): Promise<ReadonlyMap<string, number>> {
  const acknowledged = new Map<string, number>();
  const child = spawn(process.execPath, [writer, history, ...NAMESPACES], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const first = once(lines, 'line');
  lines.on('line', (line: string) => {
    const [namespace = '', index] = line.split(' ');
    acknowledged.set(namespace, Number(index));
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  await first;
  await wait(Math.random() * LATEST_MS);
  child.kill('SIGKILL');
  expect((await ended)[0]).toEqual([null, 'SIGKILL']);
  return acknowledged;
}

async function counts(store: HistoryStore, namespace: string) {
  const sum = (spans: Awaited<ReturnType<HistoryStore['days']>>) =>
    spans
      .flatMap(({ checks }) => Object.values(checks.get('')?.ms ?? {}))
      .reduce((total, milliseconds) => total + milliseconds, 0) / MINUTE;
  const samples = await store.samples(namespace, DAY);
  return {
    samples: samples.map(({ at }) => (at - MIDNIGHT) / MINUTE),
    quarters: sum(await store.quarters(namespace, ALL)),
    days: sum(await store.days(namespace, ALL)),
    version: (await store.load(namespace, 0)).version,
  };
}

/** The changes that so many samples lead to, if nothing happens. */
function expectedChanges(namespace: string, samples: number): readonly Change[] {
  const changes: Change[] = [];
  let memory = NOTHING_YET;
  for (let index = 0; index < samples; index += 1)
    memory = inOrder(memory, endlessSample(namespace, index), RULES, (taken) => {
      changes.push(...taken.changes);
      return plan(taken, RULES.targets).memory;
    });
  return changes;
}

test(
  `whoever records is killed ${String(KILLS)} times, and each sample counts once`,
  { timeout: 240_000 },
  async () => {
    const died: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const acknowledged = await recordAndDie();
      const store = await openHistory(history);
      for (const namespace of NAMESPACES) {
        const last = acknowledged.get(namespace) ?? -1;
        const { samples, quarters, days, version } = await counts(store, namespace);
        // One more than was acknowledged may be there: it was written when the process died.
        expect(version).toBeGreaterThanOrEqual(last + 1);
        expect(samples).toEqual(Array.from({ length: version }, (_, index) => index));
        expect({ quarters, days }).toEqual({ quarters: version, days: version });
        const changes = await store.changes(namespace, ALL);
        expect(changes).toEqual(expectedChanges(namespace, version));
        expect((await store.batches(namespace)).flatMap((batch) => batch.changes)).toEqual(changes);
        died.push(version);
      }
      await store.close();
    }
    expect(Math.max(...died)).toBeGreaterThan(KILLS);
  },
);
