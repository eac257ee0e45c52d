/**
 * What only DynamoDB does: it throttles, refuses, hangs up, and returns 1 MB at a time. A proxy before moto stands in
 * for what no emulator does.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { NOTHING_YET } from '../../lib/history/changes.ts';
import { openHistory } from '../../lib/history/open.ts';
import { record } from '../../lib/history/recording.ts';
import { addTo, DAY_MS, emptySpan, QUARTER_MS } from '../../lib/history/span.ts';
import type { Span } from '../../lib/history/span.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { freePort } from '../stack/process.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { awsAnswer, awsFailure, awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy, Instead } from '../support/aws-proxy.ts';
import { largeSample, MIDNIGHT, MINUTE, RULES, sampleAt } from '../support/history-samples.ts';
import { createHistoryTable } from '../support/history-table.ts';

const { aws } = inject('stack');
const MAX_QUERY_BYTES = 1024 * 1024;

let proxy: AwsProxy;
let table: string;
let store: HistoryStore;

beforeAll(async () => {
  proxy = await awsProxy(aws.endpoint);
  table = await createHistoryTable(aws);
});
beforeEach(async () => {
  for (const [name, value] of Object.entries(motoEnvironment({ ...aws, endpoint: proxy.url }))) vi.stubEnv(name, value);
  store = await openHistory(`dynamodb:${table}`);
});
afterEach(async () => {
  proxy.instead = {};
  await store.close();
  vi.unstubAllEnvs();
});
afterAll(() => proxy.stop());

const target = (name: string) => `DynamoDB_20120810.${name}`;
const callsOf = (name: string) => proxy.calls.filter(({ headers }) => headers['x-amz-target'] === target(name));

/** A transaction that was not made, for these reasons. */
const cancelled = (...codes: readonly string[]) =>
  awsAnswer(
    {
      __type: 'TransactionCanceledException',
      Message: 'cancelled',
      CancellationReasons: codes.map((Code) => ({ Code })),
    },
    400,
  );

/** Answers the call this way so many times, and then as moto does. */
function firstAnswers(name: string, instead: Instead, times: number): void {
  let left = times;
  proxy.instead = {
    get [target(name)]() {
      left -= 1;
      return left >= 0 ? instead : (undefined as unknown as Instead);
    },
  };
}

describe('a call that is throttled', () => {
  test.each<[string, string, Instead]>([
    ['GetItem', 'by its table', awsFailure('ProvisionedThroughputExceededException')],
    ['BatchGetItem', 'by its account', awsFailure('RequestLimitExceeded')],
    ['TransactWriteItems', 'as a whole', awsFailure('ThrottlingException')],
    ['TransactWriteItems', 'for one of its items', cancelled('None', 'ThrottlingError', 'None')],
    ['TransactWriteItems', 'for the partition of one', cancelled('ProvisionedThroughputExceeded')],
    ['TransactWriteItems', 'by a fault of DynamoDB', awsFailure('InternalServerError', 500)],
  ])('is made again: %s, %s', { timeout: 60_000 }, async (name, where, instead) => {
    const namespace = `${name} ${where}`;
    firstAnswers(name, instead, 2);
    const before = callsOf(name).length;
    expect(await record(store, sampleAt(namespace, MIDNIGHT), RULES)).toEqual([]);
    expect(callsOf(name).length - before).toBe(3);
    expect(await store.samples(namespace, { from: 0, to: Infinity })).toHaveLength(1);
  });

  test.each<[string, Instead]>([
    ['TransactWriteItems', awsFailure('ThrottlingException')],
    ['TransactWriteItems', cancelled('ThrottlingError')],
    ['GetItem', awsFailure('ProvisionedThroughputExceededException')],
  ])('is given up after four attempts, with an error that says so: %s', { timeout: 60_000 }, async (name, instead) => {
    firstAnswers(name, instead, Infinity);
    const before = callsOf(name).length;
    await expect(record(store, sampleAt('throttled', MIDNIGHT), RULES)).rejects.toMatchObject({
      code: 'UnhealthyError',
      message: expect.stringMatching(/^DynamoDB table history-\S+ throttled the call: too many requests/) as string,
    });
    expect(callsOf(name).length - before).toBe(4);
  });

  test('is given up where DynamoDB leaves out items again and again', async () => {
    const Keys = [{ pk: { S: 'n#left out' }, sk: { S: 'm#000000000000000' } }];
    proxy.instead = { [target('BatchGetItem')]: awsAnswer({ Responses: {}, UnprocessedKeys: { [table]: { Keys } } }) };
    await expect(store.load('left out', 0)).rejects.toThrow(/throttled the call: too many requests$/);
  });
});

describe('a transaction', () => {
  test('that is in conflict with another one is made again from what is there by then', async () => {
    firstAnswers('TransactWriteItems', cancelled('None', 'TransactionConflict'), 3);
    expect(await record(store, sampleAt('in conflict', MIDNIGHT), RULES)).toEqual([]);
    expect(await store.load('in conflict', MIDNIGHT)).toMatchObject({ version: 1, isKnown: true });
  });

  test('whose answer is lost was made all the same, and what it led to waits to be sent', async () => {
    for (const minute of [0, 1]) await record(store, sampleAt('lost', MIDNIGHT + minute * MINUTE, 'x'), RULES);
    firstAnswers('TransactWriteItems', 'lose the answer', 1);
    await record(store, sampleAt('lost', MIDNIGHT + 2 * MINUTE, 'u'), RULES);
    expect(await store.load('lost', MIDNIGHT + 2 * MINUTE)).toMatchObject({ version: 3, isKnown: true });
    const [day] = await store.days('lost', { from: 0, to: Infinity });
    expect(day?.checks.get('')?.ms).toMatchObject({ up: MINUTE, down: 2 * MINUTE });
    expect((await store.batches('lost')).map(({ at }) => at - MIDNIGHT)).toEqual([MINUTE, 2 * MINUTE]);
  });

  test('that is always in conflict is given up', { timeout: 60_000 }, async () => {
    firstAnswers('TransactWriteItems', cancelled('ConditionalCheckFailed'), Infinity);
    await expect(record(store, sampleAt('always', MIDNIGHT), RULES)).rejects.toThrow(
      /^DynamoDB table \S+: others write the history of always all the time$/,
    );
  });
});

describe('the error names the table and the trouble', () => {
  test.each<[string, Instead, string, RegExp]>([
    ['denies access', awsFailure('AccessDeniedException'), 'AuthError', / grant dynamodb:GetItem on it/],
    ['has no such table', awsFailure('ResourceNotFoundException'), 'ConfigurationError', / does not exist; are name/],
    ['hangs up', 'hang up', 'ConnectionError', /DynamoDB table/],
    ['answers garbage', { status: 200, body: '<html>', headers: {} }, 'UnhealthyError', / did not answer like AWS/],
    ['never answers', 'never answer', 'TimeoutError', /: no answer within 10 s$/],
  ])('where it %s', { timeout: 60_000 }, async (_name, instead, code, message) => {
    proxy.instead = { all: instead };
    const failed = expect(store.load('in trouble', 0)).rejects;
    await failed.toMatchObject({ code, message: expect.stringMatching(message) as string });
    await failed.toThrow(table);
  });

  test('where it is out of reach', { timeout: 60_000 }, async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${String(await freePort())}`);
    const unreachable = await openHistory(`dynamodb:${table}`);
    const range = { from: 0, to: 1 };
    for (const call of [
      () => unreachable.load('a', 0),
      () => unreachable.days('a', range),
      () => unreachable.namespaces(),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'ConnectionError' });
    await unreachable.close();
  });

  test('where there is no region', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    await expect(openHistory(`dynamodb:${table}`)).rejects.toThrow('dynamodb: no usable region');
  });
});

describe('what a page of 25 checks shows', () => {
  /** A span with all the trouble that is told one by one, in other words each time. */
  function worst(at: number, lengthMs: number): Span {
    let span = emptySpan(at, lengthMs);
    const slots = Math.min(20, lengthMs / MINUTE);
    for (let slot = 0; slot < slots; slot += 1)
      span = addTo(span, largeSample('page', at + slot * MINUTE, 25, slot % 2 === 0 ? 'down' : 'up'));
    return span;
  }

  async function write(times: number, lengthMs: number): Promise<void> {
    const full = worst(MIDNIGHT, lengthMs);
    for (let index = 0; index < times; index += 1) {
      const at = MIDNIGHT + index * lengthMs;
      const spanOf = (length: number) => (length === lengthMs ? { ...full, at } : emptySpan(at, length));
      const [quarter, day] = [spanOf(QUARTER_MS), spanOf(DAY_MS)];
      const { version } = await store.load(`page of ${String(lengthMs)}`, at);
      const sample = sampleAt('page', at);
      const entry = { version, memory: NOTHING_YET, sample, quarter, day, changes: [] };
      expect(await store.commit(`page of ${String(lengthMs)}`, entry)).toBe(true);
    }
  }

  test.each([
    ['24 hours', 96, QUARTER_MS, 'quarters'],
    ['90 days', 90, DAY_MS, 'days'],
  ] as const)('of %s is one query of at most 1 MB', { timeout: 60_000 }, async (_name, times, lengthMs, kind) => {
    await write(times, lengthMs);
    const before = callsOf('Query').length;
    const spans = await store[kind](`page of ${String(lengthMs)}`, { from: MIDNIGHT, to: MIDNIGHT + times * lengthMs });
    expect(spans).toHaveLength(times);
    const [query, ...others] = callsOf('Query').slice(before);
    expect(others).toEqual([]);
    expect(bytesOf(query?.answer ?? '')).toBeGreaterThan(100_000);
    expect(bytesOf(query?.answer ?? '')).toBeLessThan(MAX_QUERY_BYTES);
  });

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
  function bytesOf(answer: string): number {
    const { Items } = JSON.parse(answer) as { Items: Record<string, { S?: string; N?: string; B?: string }>[] };
    const sizes = Items.flatMap((item) =>
      Object.entries(item).map(
        ([name, { S = '', N = '', B = '' }]) =>
          name.length + Buffer.byteLength(S + N) + Buffer.from(B, 'base64').length,
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }
});

test('more than one page is read to its end', { timeout: 60_000 }, async () => {
  for (let minute = 0; minute < 12; minute += 1)
    await record(
      store,
      largeSample('pages', MIDNIGHT + minute * MINUTE, 1000, minute % 2 === 0 ? 'down' : 'up'),
      RULES,
    );
  const before = callsOf('Query').length;
  expect(await store.samples('pages', { from: 0, to: Infinity })).toHaveLength(12);
  expect(callsOf('Query').length - before).toBeGreaterThan(1);
});

test('a query that never ends is given up', async () => {
  const LastEvaluatedKey = { pk: { S: 'n#endless' }, sk: { S: 'd#000000000000000' } };
  proxy.instead = { [target('Query')]: awsAnswer({ Items: [], LastEvaluatedKey }) };
  await expect(store.days('endless', { from: 0, to: 1 })).rejects.toThrow(
    /has more than 64 MB; ask for a shorter one$/,
  );
});
