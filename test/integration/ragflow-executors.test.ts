/** The kind `ragflow_executors` on a real Redis: executors that end, restart, pause or write what they should not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Point } from '../../lib/engine/figures.ts';
import { freePort } from '../stack/process.ts';
import type { Running } from '../stack/process.ts';
import { sendCommands, startRedisServer } from '../stack/servers/shared/redis.ts';
import { runLeaf } from '../support/run-leaf.ts';
import type { Outcome } from '../support/run-leaf.ts';

const BEAT_S = 30;

let folder: string;
let port: number;
let server: Running;

/** What an executor writes, in the form of `report_status` of RAGFlow. */
interface Beat {
  /** Seconds before now. */
  readonly ago: number;
  readonly done: number;
  readonly failed?: number;
  readonly pending?: number;
  readonly lag?: number;
  readonly boot?: string;
  /** Characters of what it is working on. */
  readonly current?: number;
}

/** Writes the heartbeats of an executor. Two never fall into the same interval, whatever the time is. */
async function beats(name: string, ...all: readonly Beat[]): Promise<void> {
  const now = Date.now() / 1000;
  const commands = all.map(({ ago, done, failed = 0, pending = 0, lag = 0, boot = 'first', current = 0 }) => {
    const at = now - ago;
    const text = JSON.stringify({
      ...{ ip_address: '10.0.0.1', pid: 7, name, now: new Date(at * 1000).toISOString(), boot_at: boot },
      ...{ pending, lag, done, failed, current: { task: 'x'.repeat(current) } },
    });
    return ['ZADD', name, String(at), text] as const;
  });
  await sendCommands({ port }, ['SADD', 'TASKEXE', name], ...commands);
}

function check(keys: object = {}): Promise<Outcome> {
  return runLeaf({ kind: 'ragflow_executors', url: `redis://127.0.0.1:${String(port)}/0`, timeout: 10, ...keys });
}

/** The values of a series. */
function values({ result }: Outcome, name: string): number[] {
  const value = result.observed.find((figure) => figure.name === name)?.value;
  return Array.isArray(value) ? (value as Point[]).map((point) => point.value) : [];
}

function figure({ result }: Outcome, name: string): unknown {
  return result.observed.find((one) => one.name === name)?.value;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'healthgate-ragflow-'));
  port = await freePort();
  server = await startRedisServer('redis', folder, ['--port', String(port)], { port });
});
beforeEach(() => sendCommands({ port }, ['FLUSHALL']));
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an executor', () => {
  it('is alive while its last heartbeat is younger than two beats, and gone after that', async () => {
    await beats('young', { ago: 50, done: 0 });
    expect((await check()).status).toBe('working');
    await beats('late', { ago: 65, done: 0 });
    const outcome = await check();
    expect(outcome.status).toMatch(/: late is gone \(last heartbeat 6\d s ago\)$/);
    expect([figure(outcome, 'executors'), figure(outcome, 'gone')]).toEqual([1, ['late']]);
    expect((await check({ beat: 40 })).status).toBe('working');
  });

  it('is gone 29 minutes after its last heartbeat, which RAGFlow itself takes for alive', async () => {
    await beats('dead', { ago: 29 * 60, done: 5 });
    expect((await check()).status).toMatch(
      /: dead is gone \(last heartbeat 174\d s ago\); only 0 executors of at least 1/,
    );
  });

  it('is missed by name when RAGFlow has removed it', async () => {
    await beats('one', { ago: 1, done: 0 });
    await sendCommands({ port }, ['SREM', 'TASKEXE', 'two'], ['DEL', 'two']);
    expect((await check({ executors: ['one', 'two'] })).status).toMatch(/: two is gone \(no heartbeat\)$/);
    expect((await check({ executors: 2 })).status).toMatch(/: only 1 executor of at least 2 alive$/);
  });
});

describe('the tasks', () => {
  it('of each interval survive a restart and a missing heartbeat', async () => {
    await beats(
      'one',
      { ago: 5 * BEAT_S, done: 10, failed: 1 },
      { ago: 4 * BEAT_S, done: 14, failed: 1 },
      // The heartbeat of 3 beats ago is missing.
      { ago: 2 * BEAT_S, done: 20, failed: 3 },
      { ago: BEAT_S, done: 2, failed: 0, boot: 'second' },
      { ago: 0, done: 5, failed: 1, boot: 'second' },
    );
    const outcome = await check();
    expect(outcome.status).toBe('working');
    expect(values(outcome, 'done')).toEqual([0, 4, 6, 2, 3]);
    expect(values(outcome, 'failed')).toEqual([0, 0, 2, 0, 1]);
  });

  it('that wait are those of the last heartbeat, not of an executor that is gone', async () => {
    await beats('alive', { ago: BEAT_S, done: 0, pending: 99, lag: 99 }, { ago: 0, done: 0, pending: 3, lag: 4 });
    expect((await check({ max_pending: 3, max_lag: 4 })).status).toBe('working');
    await beats('gone', { ago: 100, done: 0, pending: 99, lag: 99 });
    expect((await check({ max_pending: 2, max_lag: 3 })).status).toMatch(
      /: gone is gone \(last .*\); 3 tasks pending, more than 2; 4 tasks waiting, more than 3$/,
    );
  });

  it('of executors that are busy with long texts are told as far back as they fit', async () => {
    const long = Array.from({ length: 60 }, (_, index) => ({
      ...{ ago: (59 - index) * BEAT_S, done: index * 2, current: 20_000 },
    }));
    await beats('one', ...long);
    await beats('two', ...long);
    const outcome = await check();
    expect(outcome.status).toBe('working');
    const done = values(outcome, 'done');
    expect(done.length).toBeGreaterThan(10);
    expect(done.length).toBeLessThan(60);
    expect(new Set(done.slice(1))).toEqual(new Set([4]));
  });

  it('of two hundred executors are told', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `executor_${String(index)}`);
    await Promise.all(names.map((name) => beats(name, { ago: BEAT_S, done: 1 }, { ago: 0, done: 2 })));
    const outcome = await check({ executors: 200 });
    expect(outcome.status).toBe('working');
    expect(values(outcome, 'done')).toEqual([0, 200]);
  });
});

describe('what is not of RAGFlow', () => {
  it.each<[string, readonly (readonly [string, ...string[]])[], RegExp]>([
    ['a set of another type', [['SET', 'TASKEXE', 'one']], /^(UnhealthyError|ConfigurationError): .*WRONGTYPE/],
    [
      'heartbeats of another type',
      [
        ['SADD', 'TASKEXE', 'one'],
        ['SET', 'one', '1'],
      ],
      /^(UnhealthyError|ConfigurationError): .*WRONGTYPE/,
    ],
    [
      'too many executors',
      [['SADD', 'TASKEXE', ...Array.from({ length: 501 }, (_, index) => String(index))]],
      /lists more than 500 executors/,
    ],
    ['a name that is too long', [['SADD', 'TASKEXE', 'x'.repeat(201)]], /names of more than 200 characters/],
    [
      'a name with control characters',
      [['SADD', 'TASKEXE', 'a\r\nb\u001b[31m']],
      /: a b \[31m is gone \(no heartbeat\); only 0 executors of at least 1 alive$/,
    ],
  ])('is told: %s', async (_name, commands, error) => {
    await sendCommands({ port }, ...commands);
    const { status, logged } = await check();
    expect(status).toMatch(error);
    expect(logged).toBe('');
  });

  it('is told: a heartbeat that is larger than a connection may send', async () => {
    await beats('one', { ago: 0, done: 0, current: 2_000_000 });
    expect((await check()).status).toMatch(/^UnhealthyError: redis \S+ sent more than 1\.5 MiB$/);
  });

  it('is told: a heartbeat that has no end of levels', async () => {
    const now = String(Date.now() / 1000);
    await sendCommands({ port }, ['SADD', 'TASKEXE', 'one'], ['ZADD', 'one', now, '['.repeat(300_000)]);
    expect((await check()).status).toMatch(/: not a heartbeat of RAGFlow from one$/);
  });
});
