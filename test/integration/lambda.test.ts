/** The function as it is deployed, run by AWS's runtime interface client, with its namespaces in the emulator. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { artifactSizes, HANDLER, MAX_ARTIFACT_BYTES, MAX_ENTRY_BYTES, TASK_ROOT } from '../support/artifact.ts';
import { blackHole } from '../support/faulty-server.ts';
import { InitError, startEnvironment } from '../support/lambda-runtime.ts';
import type { Environment, Outcome } from '../support/lambda-runtime.ts';
import { openConnections } from '../support/open-connections.ts';
import { runtimeInterfaceClient } from '../support/runtime-interface-client.ts';

const { aws, redis } = inject('stack');
const vault = `secretsmanager:lambda-${randomUUID()}`;
const env = { ...motoEnvironment(aws), AWS_SESSION_TOKEN: 'a-session-token', HEALTHGATE_VAULT: vault };
const token = createToken('prod');
const OPAQUE = 'an-opaque-token-of-prod';

let client: string;
const started: Environment[] = [];

beforeAll(async () => {
  client = await runtimeInterfaceClient();
  await write('prod', {
    access_tokens: [token, OPAQUE],
    checks: { cache: { 'a b%': { kind: 'redis', url: redis.url } }, vault: { kind: 'secrets_manager' } },
  });
}, 120_000);

afterEach(async () => {
  await Promise.all(started.splice(0).map((environment) => environment.stop()));
});

async function write(namespace: string, document: object): Promise<void> {
  const store = secretsManagerStore(vault.replace('secretsmanager:', ''));
  await store.write(namespace, JSON.stringify(document), AbortSignal.timeout(10_000));
}

async function start(over: Readonly<Record<string, string>> = {}): Promise<Environment> {
  const environment = await startEnvironment({
    client,
    taskRoot: TASK_ROOT,
    handler: HANDLER,
    env: { ...env, ...over },
  });
  started.push(environment);
  return environment;
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function answerOf(outcome: Outcome): Answer {
  if ('error' in outcome) throw new Error(`${outcome.error.errorType}: ${outcome.error.errorMessage}`);
  return outcome.answer as Answer;
}

const httpApi = (over: object = {}) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: `/api/health/${token}/`,
  rawQueryString: '',
  headers: { accept: '*/*', host: 'a1b2c3.execute-api.eu-central-1.amazonaws.com', 'cache-control': 'no-cache' },
  requestContext: {
    stage: '$default',
    domainName: 'a1b2c3.execute-api.eu-central-1.amazonaws.com',
    http: { method: 'GET', path: `/api/health/${token}/`, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' },
  },
  isBase64Encoded: false,
  ...over,
});
const functionUrl = (over: object = {}) =>
  httpApi({
    requestContext: { stage: '$default', domainName: 'abc.lambda-url.eu-central-1.on.aws', http: { method: 'GET' } },
    ...over,
  });
const restApi = (over: object = {}) => ({
  resource: '/api/health/{proxy+}',
  path: `/api/health/${token}/`,
  httpMethod: 'GET',
  headers: { Accept: '*/*' },
  multiValueHeaders: { Accept: ['*/*'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  requestContext: { stage: 'prod', path: `/prod/api/health/${token}/` },
  body: null,
  isBase64Encoded: false,
  ...over,
});
const loadBalancer = (over: object = {}) => ({
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/h/1' } },
  httpMethod: 'GET',
  path: `/api/health/${token}/`,
  queryStringParameters: {},
  headers: { accept: '*/*' },
  body: '',
  isBase64Encoded: false,
  ...over,
});
const bearer = { authorization: `Bearer ${token}` };
const stage = { stage: 'prod', domainName: 'a1b2c3.execute-api.eu-central-1.amazonaws.com', http: { method: 'GET' } };

const WORKING = { cache: { 'a b%': { status: 'working' } }, vault: { status: 'working' } };

describe('the function', () => {
  test.each<[string, object]>([
    ['an HTTP API', httpApi()],
    ['an HTTP API with a stage', httpApi({ rawPath: `/prod/api/health/${token}`, requestContext: stage })],
    ['an HTTP API with the token in a header', httpApi({ rawPath: '/api/health/', headers: bearer })],
    [
      'an HTTP API with an opaque token',
      httpApi({ rawPath: '/api/health', headers: { Authorization: `JWT ${OPAQUE}` } }),
    ],
    ['an HTTP API with a body in base64', httpApi({ body: 'eyJhIjoxfQ==', isBase64Encoded: true })],
    [
      'an HTTP API in format 1.0',
      { ...restApi({ version: '1.0', path: `/prod/api/health/${token}/` }), headers: null },
    ],
    ['a REST API', restApi()],
    [
      'a REST API with the token in a header',
      restApi({ path: '/api/health/', multiValueHeaders: { Authorization: [bearer.authorization] } }),
    ],
    ['a REST API with headers that are null', restApi({ headers: null, multiValueHeaders: null })],
    ['a function URL', functionUrl()],
    ['a load balancer', loadBalancer()],
    [
      'a load balancer with several values of a header',
      loadBalancer({ headers: undefined, multiValueHeaders: { accept: ['application/json', '*/*'] } }),
    ],
    [
      'VPC Lattice, version 2',
      {
        version: '2.0',
        path: `/api/health/${token}/`,
        method: 'GET',
        headers: { accept: ['*/*'] },
        requestContext: {},
      },
    ],
    ['VPC Lattice, version 1', { raw_path: '/api/health/', method: 'GET', headers: bearer }],
    ['a caller that sends only a path', { path: `/api/health/${token}/` }],
  ])('answers an event of %s', async (_name, event) => {
    const { statusCode, headers, body } = answerOf(await (await start()).invoke(event));
    expect(JSON.parse(body)).toMatchObject(WORKING);
    expect({ statusCode, headers }).toMatchObject({ statusCode: 200, headers: { 'x-health-status': 'working' } });
  });

  test.each([
    ['an HTTP API, which decodes the path', httpApi({ rawPath: `/api/health/${token}/cache/a b%` })],
    ['a REST API', restApi({ path: `/api/health/${token}/cache/a%20b%25` })],
    ['a function URL', functionUrl({ rawPath: `/api/health/${token}/cache/a%20b%25` })],
    ['a load balancer', loadBalancer({ path: `/api/health/${token}/cache/a%20b%25` })],
  ])('answers for a part whose name needs encoding, in an event of %s', async (_name, event) => {
    const { statusCode, body } = answerOf(await (await start()).invoke(event));
    expect({ statusCode, body: JSON.parse(body) as unknown }).toMatchObject({
      statusCode: 200,
      body: { status: 'working' },
    });
  });

  test('answers events that are not requests or ask for nothing that exists, and then the next event', async () => {
    const environment = await start();
    const nobody = createToken('nobody');
    const garbage: [unknown, number][] = [
      [{}, 500],
      [null, 500],
      [[], 500],
      ['text', 500],
      [{ version: '0', id: randomUUID(), source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }, 500],
      [{ Records: [{ eventSource: 'aws:sqs', body: '{}' }] }, 500],
      [httpApi({ rawPath: '/api/health/' }), 404],
      [functionUrl({ rawPath: '/api/health/%zz/' }), 404],
      [httpApi({ rawPath: `/api/health/${token}/no/such/part` }), 404],
      [httpApi({ rawPath: `/api/health/${nobody}/` }), 405],
      [httpApi({ requestContext: { http: { method: 'POST' } } }), 405],
      [httpApi({ headers: null, requestContext: undefined }), 200],
    ];
    for (const [event, status] of garbage)
      expect([event, answerOf(await environment.invoke(event)).statusCode]).toEqual([event, status]);
    expect(environment.output()).not.toContain(token);
    expect(environment.output()).not.toContain(nobody);
  });
});

describe('the function with little time', () => {
  test('still gives a whole answer when Lambda leaves less time than the deadline of the namespace', async () => {
    const hole = await blackHole();
    const slow = createToken('slow');
    const checks = {
      hole: { kind: 'redis', url: `redis://127.0.0.1:${hole.port}` },
      vault: { kind: 'secrets_manager' },
    };
    await write('slow', { access_tokens: [slow], timeout: 25, deadline: 28, checks });
    const answer = answerOf(await (await start()).invoke(httpApi({ rawPath: `/api/health/${slow}/` }), 3000));
    await hole.stop();
    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({
      hole: { status: expect.stringMatching(/^TimeoutError: no answer within [12]\.?\d* s from redis /) as string },
      vault: { status: 'working' },
    });
  });

  test('still answers 503 when the vault never answers', async () => {
    const hole = await blackHole();
    const environment = await start({ AWS_ENDPOINT_URL: `http://127.0.0.1:${hole.port}` });
    const answer = answerOf(await environment.invoke(httpApi(), 2000));
    await hole.stop();
    expect(answer).toMatchObject({ statusCode: 503, body: '{"detail":"Service unavailable."}' });
  });
});

describe('an execution environment', () => {
  test('keeps no connection open at rest, and reports the current state after it was frozen and thawed', async () => {
    const target = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const address = target.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const mine = createToken('frozen');
    const checks = { target: { kind: 'tcp', host: '127.0.0.1', port }, cache: { kind: 'redis', url: redis.url } };
    await write('frozen', { access_tokens: [mine], checks });
    const environment = await start();
    const ask = async () =>
      JSON.parse(answerOf(await environment.invoke(httpApi({ rawPath: `/api/health/${mine}/` }))).body) as object;

    expect(await ask()).toMatchObject({ target: { status: 'working' }, cache: { status: 'working' } });
    expect(await openConnections(environment.pid)).toEqual([environment.apiPort]);
    environment.freeze();
    await new Promise((resolve) => target.close(resolve));
    const answering = ask(); // the event waits until the environment is thawed, as in Lambda
    environment.thaw();
    expect(await answering).toMatchObject({
      target: { status: expect.stringContaining('ConnectionError: connection refused') as string },
      cache: { status: 'working' },
    });
    expect(await openConnections(environment.pid)).toEqual([environment.apiPort]);
  });

  test('answers for itself while another environment runs concurrently', async () => {
    const two = await Promise.all([start(), start()]);
    const answers = await Promise.all(two.flatMap((environment) => [1, 2, 3].map(() => environment.invoke(httpApi()))));
    for (const answer of answers) expect(JSON.parse(answerOf(answer).body)).toMatchObject(WORKING);
    expect(new Set(two.map(({ pid }) => pid)).size).toBe(2);
  });

  test.each([
    ['a missing vault', '', 'HEALTHGATE_VAULT: no vault; expected file:<folder>, secretsmanager:<prefix>'],
    ['an unknown kind of vault', 'redis:x', 'HEALTHGATE_VAULT: unknown kind of vault'],
    [
      'a prefix that no secret can have',
      'secretsmanager:a b',
      'HEALTHGATE_VAULT: secretsmanager: a prefix may contain only',
    ],
  ])('does not start with %s, and says why', async (_name, HEALTHGATE_VAULT, said) => {
    const failed = await (await start({ HEALTHGATE_VAULT })).invoke(httpApi()).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(InitError);
    expect(String(failed)).toContain(said);
  });
});

describe('the artifact', () => {
  test('stays within its size limits, and loads most of its code only when it is used', async () => {
    const { entryBytes, loadedBytes, loadedFiles, zippedBytes } = await artifactSizes();
    expect(entryBytes).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
    expect(loadedBytes).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
    expect(loadedFiles).toBeLessThanOrEqual(3);
    expect(zippedBytes).toBeLessThanOrEqual(MAX_ARTIFACT_BYTES);
  });
});

afterAll(() => {
  expect(started).toEqual([]);
});
