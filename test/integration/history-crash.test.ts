/** A process that records is killed, or its disk is full: what it acknowledged is there, and nothing is half. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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
/** Room for some hundred samples. */
const FULL_BYTES = 1024 * 1024;
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

/**
 * Starts what records.
 *
 * @param maxBytes How large a file may become. The system refuses what is more, as it does on a full disk.
 */
function startWriter(maxBytes = 'unlimited') {
  const command = [`--fsize=${maxBytes}:unlimited`, process.execPath, writer, history, ...NAMESPACES];
  const child = spawn('prlimit', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  /** The number of the last sample of each namespace that was acknowledged. */
  const acknowledged = new Map<string, number>();
  const failures: string[] = [];
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  lines.on('line', (line: string) => {
    const [first = '', ...words] = line.split(' ');
    if (first === 'failed') failures.push(words.join(' '));
    else acknowledged.set(first, Number(words[0]));
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const kill = async () => {
    child.kill('SIGKILL');
    expect((await ended)[0]).toEqual([null, 'SIGKILL']);
  };
  return { pid: String(child.pid), lines, acknowledged, failures, kill };
}

/** Records until it is killed. @returns The number of the last sample of each namespace that was acknowledged. */
async function recordAndDie(): Promise<ReadonlyMap<string, number>> {
  const { lines, acknowledged, failures, kill } = startWriter();
  await once(lines, 'line');
  await wait(Math.random() * LATEST_MS);
  await kill();
  expect(failures).toEqual([]);
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

/** @returns The number of samples of each namespace. */
async function expectEachOnce(acknowledged: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const store = await openHistory(history);
  const versions: number[] = [];
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
    versions.push(version);
  }
  await store.close();
  return versions;
}

test(
  `whoever records is killed ${String(KILLS)} times, and each sample counts once`,
  { timeout: 240_000 },
  async () => {
    const died: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const acknowledged = await recordAndDie();
      died.push(...(await expectEachOnce(acknowledged)));
    }
    expect(Math.max(...died)).toBeGreaterThan(KILLS);
  },
);

test(
  'a full disk is told, nothing is lost of what was acknowledged, and recording goes on when there is room',
  { timeout: 60_000 },
  async () => {
    await rm(history, { recursive: true, force: true });
    const { pid, lines, acknowledged, failures, kill } = startWriter(String(FULL_BYTES));
    while (failures.length < 3 * NAMESPACES.length) await once(lines, 'line');
    for (const failure of failures) expect(failure).toMatch(/could not be written: (File too large|.*disk full\?)$/);
    const whenFull = Math.max(...acknowledged.values());
    await promisify(execFile)('prlimit', ['--pid', pid, '--fsize=unlimited']);
    while (Math.min(...acknowledged.values()) < whenFull + 10) await once(lines, 'line');
    await kill();
    await expectEachOnce(acknowledged);
  },
);
