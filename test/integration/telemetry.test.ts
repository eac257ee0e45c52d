/**
 * What the function and `serve` tell CloudWatch and a real collector of OpenTelemetry about their runs. Only collectors
 * with a fault are stand-ins.
 */
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { freePort } from '../stack/process.ts';
import { HANDLER, TASK_ROOT } from '../support/artifact.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { blackHole } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswerServer } from '../support/fixed-answer.ts';
import { InitError, startEnvironment } from '../support/lambda-runtime.ts';
import type { Environment } from '../support/lambda-runtime.ts';
import { startCollector, treesOf } from '../support/otel-collector.ts';
import type { CollectedSpan, Collector, SpanTree } from '../support/otel-collector.ts';
import { runtimeInterfaceClient } from '../support/runtime-interface-client.ts';
import { temporaryFolder } from '../support/temporary.ts';

const { redis } = inject('stack');
const token = createToken('shop');
const largeToken = createToken('large');
const PASSWORD = 'a-password-that-nobody-may-see';
const COLLECTOR_TOKEN = 'a-token-that-only-the-collector-knows';
/** In the trace of a run of `shop`. */
const SPANS = 9;
const MANY = 1000;
/** Less than the time after which a trace that cannot be sent is given up. */
const FUNCTION_TIMEOUT_MS = 6000;

let client: string;
let vault: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: Collector;
/** Collectors with a fault, which a real one cannot be made to have. */
let silent: FaultyServer;
let failing: FixedAnswerServer;
let closed: number;
/** Ends what a test started. */
const started: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  client = await runtimeInterfaceClient();
  closed = await freePort();
  silent = await blackHole();
  failing = await fixedAnswer({ status: 500, body: `wrong token ${COLLECTOR_TOKEN}` });
  collector = await startCollector(COLLECTOR_TOKEN);
  const working = { kind: 'redis', url: redis.url };
  const broken = { kind: 'redis', url: `redis://:${PASSWORD}@127.0.0.1:${String(closed)}` };
  const checks = { cache: { data: working }, broken, slow: { ...working, slow: 0.000_001 } };
  const roundTrip = { kind: 'cache', url: redis.url };
  const many = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`check-${String(index)}`, roundTrip]));
  vault = await temporaryFolder({
    'shop.json': JSON.stringify({ access_tokens: [token], checks }),
    'large.json': JSON.stringify({ access_tokens: [largeToken], checks: many }),
  });
}, 120_000);

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

afterAll(async () => {
  await Promise.all([collector.stop(), silent.stop(), failing.stop(), vault.remove()]);
});

type Env = Readonly<Record<string, string>>;

/** What a user sets to send traces to the collector, as the sender with this name. */
const tracesOf = (sender: string, endpoint: Env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }): Env => ({
  ...endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${COLLECTOR_TOKEN}`,
  OTEL_RESOURCE_ATTRIBUTES: `sender=${sender}`,
});

/** The function, asked once. @param limitMs Milliseconds that it may take. */
async function askFunction(env: Env, limitMs?: number): Promise<Environment> {
  const environment = await startEnvironment({
    client,
    taskRoot: TASK_ROOT,
    handler: HANDLER,
    env: { HEALTHGATE_VAULT: `file:${vault.path}`, ...env },
  });
  started.push(environment);
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/api/health/',
    rawQueryString: '',
    headers: { authorization: `Bearer ${token}`, 'cache-control': 'no-cache' },
    requestContext: { stage: '$default', http: { method: 'GET' } },
    isBase64Encoded: false,
  };
  expect(await environment.invoke(event, limitMs)).toMatchObject({ answer: { statusCode: 503 } });
  return environment;
}

/** `serve`, asked once. Returns what it says, also later. */
async function askServe(env: Env, accessToken = token): Promise<Served['output']> {
  const served = await serveCli(['--vault', `file:${vault.path}`], { env });
  started.push(served);
  await (await fetch(`${served.url}/api/health/${accessToken}/`)).text();
  return served.output;
}

/** The spans from a sender, as soon as there are so many. */
async function spansFrom(sender: string, count: number) {
  return vi.waitFor(
    async () => {
      const spans = await collector.spansOf('sender', sender);
      expect(spans).toHaveLength(count);
      return spans;
    },
    { timeout: 20_000, interval: 50 },
  );
}

const linesOf = (environment: Environment) => environment.output().split('\n');

/** A span whose status is not an error. */
const span = (name: string, attributes: object = {}, children: readonly SpanTree[] = []): SpanTree => ({
  name,
  attributes: { ...attributes },
  status: {},
  children,
});
const attributesOf = (port: number, verdict: string) => ({
  'healthgate.kind': 'redis',
  'healthgate.target': `redis 127.0.0.1:${String(port)}`,
  'healthgate.verdict': verdict,
});
const ERROR = 2;

describe('a trace', () => {
  test.each([
    {
      sender: 'the function',
      service: 'shop-health',
      endpoint: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
      ask: async (env: Env) => {
        const environment = await askFunction({ ...env, AWS_LAMBDA_FUNCTION_NAME: 'shop-health' });
        environment.freeze(); // as Lambda does, so that nothing is sent later
      },
    },
    {
      sender: 'serve',
      service: 'healthgate',
      endpoint: () => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` }),
      ask: (env: Env) => askServe(env),
    },
  ])('that $sender sends has a span for each check and each stage', async ({ sender, service, endpoint, ask }) => {
    await ask(tracesOf(sender, endpoint()));

    const spans = await spansFrom(sender, SPANS);
    const stages = [span('connecting'), span('PING')];
    const message = `connection refused by redis 127.0.0.1:${String(closed)}; is it running and listening there?`;
    expect(treesOf(spans)).toEqual([
      {
        name: 'run',
        attributes: { 'healthgate.namespace': 'shop', 'healthgate.part': '', 'healthgate.verdict': 'failing' },
        status: { code: ERROR },
        children: [
          span('cache/data', attributesOf(redis.port, 'working'), stages),
          {
            name: 'broken',
            attributes: { ...attributesOf(closed, 'failing'), 'error.type': 'ConnectionError' },
            status: { code: ERROR, message },
            children: [span('connecting')],
          },
          span('slow', { ...attributesOf(redis.port, 'degraded'), 'error.type': 'UnhealthyError' }, stages),
        ],
      },
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    for (const inner of spans) {
      const outer = spans.find(({ spanId }) => spanId === inner.parentSpanId);
      expect(isWithin(inner, outer ?? inner)).toBe(true);
    }
    expect(await collector.spansOf('service.name', service)).toEqual(spans);
    const text = await collector.text();
    for (const secret of [PASSWORD, token, COLLECTOR_TOKEN]) expect(text).not.toContain(secret);
  });

  test('of a run of a thousand checks arrives whole', async () => {
    await askServe(tracesOf('large'), largeToken);
    const [run, ...others] = treesOf(await spansFrom('large', 1 + 5 * MANY));
    expect(others).toEqual([]);
    expect(new Set(run?.children.map(({ name }) => name)).size).toBe(MANY);
  });

  test.each([
    ['does not accept the token', 'Bearer%20wrong', () => collector.url],
    ['does not listen', `Bearer%20${COLLECTOR_TOKEN}`, () => `http://127.0.0.1:${String(closed)}`],
    ['answers 500', `Bearer%20${COLLECTOR_TOKEN}`, () => failing.url],
  ])('for a collector that %s fails no answer, and is told in the log', async (_case, authorization, url) => {
    const environment = await askFunction({
      OTEL_EXPORTER_OTLP_ENDPOINT: url(),
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${authorization}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      OTEL_RESOURCE_ATTRIBUTES: 'sender=refused',
    });
    await vi.waitFor(() => {
      expect(linesOf(environment)).toContainEqual(expect.stringContaining('"traces cannot be sent"'));
    });
    expect(environment.output()).not.toContain(COLLECTOR_TOKEN);
    expect(await collector.spansOf('sender', 'refused')).toEqual([]);
  });

  test('for a collector that never answers fails no answer', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(silent.port)}` };
    await askFunction(tracesOf('silent', env), FUNCTION_TIMEOUT_MS);
  });

  test('is not sent where OTEL_SDK_DISABLED says so', async () => {
    await askFunction({ ...tracesOf('disabled'), OTEL_SDK_DISABLED: 'true' });
    await askFunction(tracesOf('enabled'));
    await spansFrom('enabled', SPANS);
    expect(await collector.spansOf('sender', 'disabled')).toEqual([]);
  });
});

describe('metrics', () => {
  test('are lines in the embedded metric format', async () => {
    const environment = await askFunction({ HEALTHGATE_METRICS: 'checks' });
    const lines = linesOf(environment).filter((line) => line.includes('"CloudWatchMetrics"'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { Namespace: 'shop', Working: 0, FailingChecks: 1 },
      { Namespace: 'shop', Check: 'cache/data', Working: 1 },
      { Namespace: 'shop', Check: 'broken', Working: 0 },
      { Namespace: 'shop', Check: 'slow', Working: 1 },
    ]);
  });

  test('are not written unless they are asked for', async () => {
    const environment = await askFunction({});
    expect(environment.output()).not.toContain('CloudWatchMetrics');
  });

  test('of an unknown sort keep the function from starting', async () => {
    const failed = await askFunction({ HEALTHGATE_METRICS: 'all' }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(InitError);
    expect(String(failed)).toContain('HEALTHGATE_METRICS: expected namespace or checks');
  });
});

function isWithin(inner: CollectedSpan, outer: CollectedSpan): boolean {
  const [start, end] = [BigInt(inner.startTimeUnixNano), BigInt(inner.endTimeUnixNano)];
  return start <= end && start >= BigInt(outer.startTimeUnixNano) && end <= BigInt(outer.endTimeUnixNano);
}
