/** The demo namespace on a stack of its own: stops each part, looks at the report, and starts the part again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import type { PartName } from '../stack/addresses.ts';
import { DEMO, demoNamespace } from '../stack/namespace.ts';
import type { DemoNamespace } from '../stack/namespace.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { fillVault } from '../stack/vault.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';

const token = createToken(DEMO);
const MATTERMOST = [
  'mattermost/ping',
  ...['login_page', 'login', 'join', 'post', 'receive', 'search_users', 'search_channels', 'logout'].map(
    (step) => `mattermost/probe/${step}`,
  ),
];
const RAGFLOW = ['db', 'doc_engine', 'redis', 'storage'].map((name) => `ragflow/health/${name}`);
const QUEUES = ['celery/queues.high_priority', 'celery/queues.medium_priority', 'celery/queues.low_priority'];

const EVENT_BRIDGE = ['api_destination', 'connection', 'credentials', 'rule'].map(
  (name) => `history/event_bridge.${name}`,
);

/** The checks that fail when a part stops, and what their messages must name. */
const OUTAGES: readonly { part: PartName; fails: readonly string[]; names: RegExp }[] = [
  {
    part: 'redis',
    fails: [
      'cache/data',
      'cache/pages',
      'cache/task_lock',
      'cache/task_queue',
      ...QUEUES,
      'redis',
      'ragflow/executors',
    ],
    names: /redis/,
  },
  { part: 'redisTls', fails: ['redis2'], names: /redis/ },
  { part: 'postgres', fails: ['postgres'], names: /postgres/ },
  { part: 'mysql', fails: ['mysql'], names: /mysql/ },
  {
    part: 'clickhouse',
    fails: ['history/clickhouse', 'history/e2e', 'history/api'],
    names: /clickhouse|http/,
  },
  { part: 'historyApi', fails: ['history/e2e', 'history/api'], names: /history API|http/ },
  { part: 'celery', fails: ['celery/ping', ...QUEUES], names: /worker/ },
  { part: 'rabbitmq', fails: ['celery/ping', ...QUEUES, 'rabbit'], names: /rabbit/ },
  { part: 'assets', fails: ['cloud_front/custom_component'], names: /cloudfront/ },
  { part: 'websocket', fails: ['websocket'], names: /websocket/ },
  { part: 'mattermost', fails: MATTERMOST, names: /mattermost/ },
  { part: 'ragflow', fails: RAGFLOW, names: /ragflow/ },
  {
    part: 'aws',
    fails: ['history/e2e', ...EVENT_BRIDGE, 'history/files', 's3/custom_component', 'vault'],
    names: /s3|Secrets Manager|eventbridge/,
  },
];

let stack: Stack;
let demo: DemoNamespace;
let served: Served;

beforeAll(async () => {
  stack = await startStack();
  const env = motoEnvironment(stack.addresses.aws);
  Object.assign(process.env, env);
  demo = demoNamespace(token, stack.addresses);
  served = await serveCli(['--vault', await fillVault(demo, stack)], { env });
}, 120_000);

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  await stack.stop();
}, 60_000);

interface Answer {
  readonly status: number;
  readonly verdict: string | null;
  /** Statuses of the checks that do not work, by path. */
  readonly failing: Readonly<Record<string, string>>;
}

async function ask(): Promise<Answer> {
  const response = await fetch(`${served.url}/api/health/${token}/`, { headers: { 'cache-control': 'no-cache' } });
  const failing = failuresIn(await response.json(), []);
  return { status: response.status, verdict: response.headers.get('x-health-status'), failing };
}

function failuresIn(tree: unknown, path: readonly string[]): Record<string, string> {
  if (typeof tree !== 'object' || tree === null) throw new Error(`no object at ${path.join('/')}`);
  if ('status' in tree) return tree.status === 'working' ? {} : { [path.join('/')]: String(tree.status) };
  return Object.assign(
    {},
    ...Object.entries(tree).map(([name, inner]) => failuresIn(inner, [...path, name])),
  ) as Record<string, string>;
}

/** A restarted server may need a moment, and so may a worker that must find its broker again. */
async function untilAllWork(): Promise<Answer> {
  let answer = await ask();
  for (let tries = 0; tries < 30 && answer.status !== 200; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    answer = await ask();
  }
  return answer;
}

const ALL_WORK: Answer = { status: 200, verdict: 'working', failing: {} };

describe('the demo namespace', () => {
  it('works while all its servers run', async () => {
    expect(await untilAllWork()).toEqual(ALL_WORK);
  }, 60_000);

  it.each(OUTAGES)(
    'reports exactly the checks that need $part while it is stopped, and works once it has started again',
    async ({ part, fails, names }) => {
      await stack.parts[part].stop();
      const { status, verdict, failing } = await ask();
      expect(Object.keys(failing).sort()).toEqual([...fails].sort());
      for (const message of Object.values(failing)) expect(message).toMatch(names);
      expect({ status, verdict }).toEqual({ status: 503, verdict: 'failing' });

      await stack.parts[part].start();
      if (part === 'aws') await fillVault(demo, stack); // the emulator keeps its secrets in memory
      expect(await untilAllWork()).toEqual(ALL_WORK);
    },
    90_000,
  );

  it('reports a frozen server as a TimeoutError that names the server', async () => {
    stack.parts.postgres.pause();
    const { status, failing } = await ask();
    stack.parts.postgres.resume();
    expect(status).toBe(503);
    expect(failing.postgres).toMatch(/^TimeoutError: no answer within 2 s from postgres 127\.0\.0\.1:\d+/);
    expect(await untilAllWork()).toEqual(ALL_WORK);
  }, 60_000);

  it('detects a frozen worker, although it still counts as a consumer', async () => {
    stack.parts.celery.pause();
    const { failing } = await ask();
    stack.parts.celery.resume();
    expect(Object.keys(failing).sort()).toEqual(['celery/ping', ...QUEUES].sort());
    for (const message of Object.values(failing)) expect(message).toMatch(/^UnhealthyError: .*worker/);
    expect(await untilAllWork()).toEqual(ALL_WORK);
  }, 60_000);
});
