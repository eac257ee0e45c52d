/** What the function tells CloudWatch and a collector of OpenTelemetry about its runs. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToken } from '../../lib/document/tokens.ts';
import { freePort } from '../stack/process.ts';
import { HANDLER, TASK_ROOT } from '../support/artifact.ts';
import { blackHole } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { InitError, startEnvironment } from '../support/lambda-runtime.ts';
import type { Environment } from '../support/lambda-runtime.ts';
import { attributesOf, otlpReceiver } from '../support/otlp-receiver.ts';
import type { OtlpReceiver, ReceivedSpan } from '../support/otlp-receiver.ts';
import { runtimeInterfaceClient } from '../support/runtime-interface-client.ts';

const { redis } = inject('stack');
const token = createToken('shop');
const SECRET = 'a-password-that-nobody-may-see';

let client: string;
let folder: string;
let collector: OtlpReceiver;
let silent: FaultyServer;
let closed: number;
const started: Environment[] = [];

beforeAll(async () => {
  client = await runtimeInterfaceClient();
  closed = await freePort();
  collector = await otlpReceiver();
  silent = await blackHole();
  folder = await mkdtemp(join(tmpdir(), 'healthgate-telemetry-'));
  const url = `redis://:${SECRET}@127.0.0.1:${String(closed)}`;
  const document = {
    access_tokens: [token],
    checks: { cache: { data: { kind: 'redis', url: redis.url } }, broken: { kind: 'redis', url } },
  };
  await writeFile(join(folder, 'shop.json'), JSON.stringify(document));
}, 120_000);

afterEach(async () => {
  await Promise.all(started.splice(0).map((environment) => environment.stop()));
});

afterAll(async () => {
  await Promise.all([collector.stop(), silent.stop(), rm(folder, { recursive: true })]);
});

const event = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/api/health/',
  rawQueryString: '',
  headers: { authorization: `Bearer ${token}`, 'cache-control': 'no-cache' },
  requestContext: { stage: '$default', http: { method: 'GET' } },
  isBase64Encoded: false,
};

/** The function, asked once. */
async function asked(env: Readonly<Record<string, string>>): Promise<Environment> {
  const environment = await startEnvironment({
    client,
    taskRoot: TASK_ROOT,
    handler: HANDLER,
    env: { HEALTHGATE_VAULT: `file:${folder}`, ...env },
  });
  started.push(environment);
  expect(await environment.invoke(event)).toMatchObject({ answer: { statusCode: 503 } });
  return environment;
}

const linesOf = (environment: Environment) => environment.output().split('\n');

describe('a trace', () => {
  test('of a run is sent before the answer, with a span for each check and each stage', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_RESOURCE_ATTRIBUTES: 'team=shop' };
    await asked({ ...env, OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}` });

    const { spans, resources } = collector;
    expect(resources).toMatchObject([{ 'service.name': 'healthgate', team: 'shop' }]);
    const [run] = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    const childrenOf = (parent: ReceivedSpan | undefined) =>
      spans.filter(({ parentSpanId }) => parentSpanId !== undefined && parentSpanId === parent?.spanId);
    const [data, broken] = ['cache/data', 'broken'].map((name) => childrenOf(run).find((span) => span.name === name));
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(childrenOf(run)).toHaveLength(2);
    expect(run && attributesOf(run)).toMatchObject({
      'healthgate.namespace': 'shop',
      'healthgate.verdict': 'failing',
    });
    expect(childrenOf(data).map(({ name }) => name)).toEqual(['connecting', 'PING']);
    expect(data && attributesOf(data)).toMatchObject({ 'healthgate.kind': 'redis', 'healthgate.verdict': 'working' });
    expect(broken && attributesOf(broken)).toMatchObject({ 'error.type': 'ConnectionError' });
    expect(broken?.status.code).toBe(2);
    expect(broken?.status.message).toMatch(/^connection refused by redis /);
    for (const check of childrenOf(run)) {
      expect(isWithin(check, run)).toBe(true);
      for (const stage of childrenOf(check)) expect(isWithin(stage, check)).toBe(true);
    }
    expect(JSON.stringify(spans)).not.toContain(SECRET);
  });

  test('that the collector does not take fails no answer', async () => {
    await asked({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(silent.port)}` });
  });

  test('that cannot be sent is told in the log, without the headers', async () => {
    const environment = await asked({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(closed)}`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    });
    await vi.waitFor(() => {
      expect(linesOf(environment)).toContainEqual(expect.stringContaining('"traces cannot be sent"'));
    });
    expect(environment.output()).not.toContain(SECRET);
  });
});

describe('metrics', () => {
  test('are lines in the embedded metric format', async () => {
    const environment = await asked({ HEALTHGATE_METRICS: 'checks' });
    const lines = linesOf(environment).filter((line) => line.includes('"CloudWatchMetrics"'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { Namespace: 'shop', Working: 0, FailingChecks: 1 },
      { Namespace: 'shop', Check: 'cache/data', Working: 1 },
      { Namespace: 'shop', Check: 'broken', Working: 0 },
    ]);
  });

  test('are neither written nor sent unless they are asked for', async () => {
    const before = collector.spans.length;
    const environment = await asked({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SDK_DISABLED: 'true',
    });
    expect(environment.output()).not.toContain('CloudWatchMetrics');
    expect(collector.spans).toHaveLength(before);
  });

  test('of an unknown sort keep the function from starting', async () => {
    const failed = await asked({ HEALTHGATE_METRICS: 'all' }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(InitError);
    expect(String(failed)).toContain('HEALTHGATE_METRICS: expected namespace or checks');
  });
});

function isWithin(inner: ReceivedSpan, outer: ReceivedSpan | undefined): boolean {
  const [start, end] = [BigInt(inner.startTimeUnixNano), BigInt(inner.endTimeUnixNano)];
  return (
    outer !== undefined &&
    start <= end &&
    start >= BigInt(outer.startTimeUnixNano) &&
    end <= BigInt(outer.endTimeUnixNano)
  );
}
