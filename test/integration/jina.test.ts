/** A real Flow of Jina: what checks and pings say of it, also when its executor is killed, frozen, or slow to load. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { jina as build } from '../stack/builds/jina.ts';
import { killExecutor, startJina } from '../stack/servers/jina.ts';
import type { JinaFlow, JinaOptions } from '../stack/servers/jina.ts';
import { runCli } from '../support/cli.ts';
import { runLeaf } from '../support/run-leaf.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROUNDS = 2;
/** Milliseconds for several pings by Jina: each loads all of it first. */
const PINGS_MS = 120_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const flows: JinaFlow[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(flows.splice(0).map((flow) => flow.stop()));
});
afterAll(() => folder.remove());

async function start(options: Omit<JinaOptions, 'folder'> = {}): Promise<JinaFlow> {
  const flow = await startJina({ folder: join(folder.path, String(performance.now())), ...options });
  flows.push(flow);
  return flow;
}

async function statusOf(leaf: object): Promise<string> {
  const { status, logged } = await runLeaf({ kind: 'jina', timeout: 3, ...leaf });
  expect(logged).toBe('');
  return status;
}

/** The ways to ask a Flow and its parts, as `healthgate ping` and Jina's own `jina ping` both know them. */
const waysTo = ({ grpc, http, websocket, executor }: Omit<JinaFlow, 'stop'>) => ({
  'a flow over gRPC': ['flow', `grpc://127.0.0.1:${grpc}`],
  'a flow over HTTP': ['flow', `http://127.0.0.1:${http}`],
  'a gateway over gRPC': ['gateway', `grpc://127.0.0.1:${grpc}`],
  'a gateway over HTTP': ['gateway', `http://127.0.0.1:${http}`],
  'a gateway over WebSocket': ['gateway', `ws://127.0.0.1:${websocket}`],
  'an executor': ['executor', `127.0.0.1:${executor}`],
});

interface Pinged {
  readonly code: number | null;
  readonly lost: number;
  readonly attempts: number;
}

/** Both write the loss alike; Jina's own says nothing if there is none. */
function counted(code: number | null, out: string): Pinged {
  const [, lost = '0', attempts = String(ROUNDS)] = /message lost \d+% \((\d+)\/(\d+)\)/.exec(out) ?? [];
  return { code, lost: Number(lost), attempts: Number(attempts) };
}

async function pingByJina(args: readonly string[]): Promise<Pinged> {
  const ping = ['-m', 'jina', 'ping', ...args, '--attempts', String(ROUNDS), '--timeout', '2000'];
  const env = { ...process.env, JINA_LOG_LEVEL: 'DEBUG', JINA_OPTOUT_TELEMETRY: '1' };
  const child = spawn(join(build.folder, 'bin/python'), ping, { env });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (out += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(out).toContain('round');
  return counted(code, out);
}

async function pingByUs(args: readonly string[]): Promise<Pinged> {
  const { code, out } = await runCli(['ping', ...args, '--attempts', String(ROUNDS), '--timeout', '2']);
  return counted(code, out);
}

/** What the two say for each way. */
async function sideBySide(ways: Readonly<Record<string, readonly string[]>>) {
  const found = await Promise.all(
    Object.entries(ways).map(async ([name, args]) => [name, await pingByJina(args), await pingByUs(args)] as const),
  );
  return {
    jina: Object.fromEntries(found.map(([name, jina]) => [name, jina])),
    healthgate: Object.fromEntries(found.map(([name, , healthgate]) => [name, healthgate])),
  };
}

test(
  'a ping of a whole Flow has the verdict and the counts of jina ping',
  async () => {
    const { jina, healthgate } = await sideBySide(waysTo({ ...inject('stack').jina } as JinaFlow));
    expect(healthgate).toEqual(jina);
    expect(Object.values(healthgate)).toEqual(Array(6).fill({ code: 0, lost: 0, attempts: ROUNDS }));
  },
  PINGS_MS,
);

describe('a Flow whose executor is killed', () => {
  const failed = /^UnhealthyError: the dry run of jina flow 127\S+ failed: InternalNetworkError: .*executor0/;
  // Sometimes Jina closes the connection after a while, sometimes it stays silent.
  const closedOrLate = new RegExp(
    '^(UnhealthyError: jina flow 127\\S+ closed the connection with code 1011: Network error|' +
      'TimeoutError: no answer within 3 s from jina flow 127\\S+ while waiting for the dry run; ' +
      'is an executor down\\?$)',
  );
  test.each([
    ['gRPC', (flow: JinaFlow) => `grpc://127.0.0.1:${flow.grpc}`, failed],
    ['HTTP', (flow: JinaFlow) => `http://127.0.0.1:${flow.http}`, failed],
    ['WebSocket', (flow: JinaFlow) => `ws://127.0.0.1:${flow.websocket}`, closedOrLate],
  ])('fails its dry run over %s while its gateway works', async (_name, urlOf, expected) => {
    const flow = await start();
    await killExecutor(flow);
    expect(await statusOf({ url: urlOf(flow) })).toMatch(expected);
    expect(await statusOf({ url: urlOf(flow), role: 'gateway' })).toBe('working');
    expect(await statusOf({ url: `grpc://127.0.0.1:${flow.executor}`, role: 'executor' })).toMatch(
      /^ConnectionError: connection refused by jina executor 127/,
    );
  });

  test(
    'has the verdict and the counts of jina ping',
    async () => {
      const flow = await start();
      await killExecutor(flow);
      const ways = waysTo(flow);
      const three = {
        'a flow over gRPC': ways['a flow over gRPC'],
        'a gateway over gRPC': ways['a gateway over gRPC'],
        'an executor': ways['an executor'],
      };
      const { jina, healthgate } = await sideBySide(three);
      expect(healthgate).toEqual(jina);
      expect(healthgate).toMatchObject({
        'a flow over gRPC': { code: 1, lost: ROUNDS },
        'a gateway over gRPC': { code: 0, lost: 0 },
        'an executor': { code: 1, lost: ROUNDS },
      });
    },
    PINGS_MS,
  );
});

test('a Flow whose executor is frozen gives no answer in time, and works again when it goes on', async () => {
  const { grpc, http, executor, executorPid } = await start();
  process.kill(executorPid, 'SIGSTOP');
  try {
    for (const url of [`grpc://127.0.0.1:${grpc}`, `http://127.0.0.1:${http}`])
      expect(await statusOf({ url, timeout: 1 })).toMatch(/^TimeoutError: no answer within 1 s from jina flow 127/);
    expect(await statusOf({ url: `grpc://127.0.0.1:${executor}`, role: 'executor', timeout: 1 })).toMatch(
      /^TimeoutError: no answer within 1 s from jina executor 127\S+ while waiting for the answer$/,
    );
    expect(await statusOf({ url: `grpc://127.0.0.1:${grpc}`, role: 'gateway' })).toBe('working');
  } finally {
    process.kill(executorPid, 'SIGCONT');
  }
  expect(await statusOf({ url: `grpc://127.0.0.1:${grpc}`, timeout: 20 })).toBe('working');
});

test('a Flow whose executor is slow to load is not ready until it has loaded', async () => {
  const flow = await start({ loadSeconds: 3, ready: () => Promise.resolve() });
  const whole = { url: `grpc://127.0.0.1:${flow.grpc}` };
  const executor = { url: `grpc://127.0.0.1:${flow.executor}`, role: 'executor' };
  for (const leaf of [whole, executor])
    expect(await statusOf({ ...leaf, timeout: 0.5 })).toMatch(/^(UnhealthyError|TimeoutError|ConnectionError): /);
  for (const leaf of [whole, executor])
    await expect.poll(() => statusOf(leaf), { timeout: 30_000, interval: 500 }).toBe('working');
});
