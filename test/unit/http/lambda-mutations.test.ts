/** Events and contexts that are changed at random, with a seed: whatever the handler is called with, it answers. */
import { expect, it } from 'vitest';
import { createHandler } from '../../../lib/http/lambda.ts';
import type { Request } from '../../../lib/http/messages.ts';
import { asker } from '../../support/asker.ts';
import { collectedLog } from '../../support/collected-log.ts';

const EVENTS = 20_000;
const SEED = 20_261_126;
const STATUSES = [200, 404, 405, 500, 503];

/** Numbers from 0 to 1, the same ones for the same seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const { token, ask } = asker();
const path = `/api/health/${token}/`;

/** One event of each shape, made afresh each time. */
const shapes: (() => Record<string, unknown>)[] = [
  () => ({
    version: '2.0',
    rawPath: path,
    rawQueryString: 'format=text',
    headers: { accept: '*/*', 'cache-control': 'max-age=0' },
    requestContext: { stage: 'prod', domainName: 'a.execute-api.eu-central-1.amazonaws.com', http: { method: 'GET' } },
  }),
  () => ({ version: '2.0', rawPath: path, requestContext: { domainName: 'a.lambda-url.x', http: { method: 'HEAD' } } }),
  () => ({ version: '1.0', path, httpMethod: 'GET', requestContext: { stage: 'prod' } }),
  () => ({
    path,
    httpMethod: 'GET',
    headers: { Accept: 'text/plain' },
    multiValueHeaders: { Accept: ['text/plain'] },
    queryStringParameters: { within: '1.5' },
    multiValueQueryStringParameters: { within: ['1.5'] },
    requestContext: { stage: 'prod' },
  }),
  () => ({ path, httpMethod: 'GET', multiValueHeaders: { accept: ['*/*'] }, requestContext: { elb: {} } }),
  () => ({ version: '2.0', path, method: 'GET', headers: { accept: ['*/*'] }, queryStringParameters: { a: ['1'] } }),
  () => ({ raw_path: path, method: 'GET', headers: { accept: '*/*' }, query_string_parameters: { a: '1' } }),
  () => ({ version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }),
  () => ({ Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'x' } } }] }),
  () => ({ requestContext: { connectionId: 'x', routeKey: '$connect' } }),
  () => ({ warm: true }),
];

const fail = () => {
  throw new Error('boom');
};

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function circular(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

const values: (() => unknown)[] = [
  () => null,
  () => undefined,
  () => '',
  () => '/',
  () => '%',
  () => '?',
  () => path,
  () => '\ud800',
  () => 'a\r\nb: c',
  () => 'x'.repeat(5000),
  () => '2.0',
  () => '1.0',
  () => 'OPTIONS',
  () => 0,
  () => -1,
  () => Number.NaN,
  () => 10n,
  () => true,
  () => Symbol('x'),
  () => fail,
  () => [],
  () => [null, 5, 'x'],
  () => ({}),
  () => Object.create(null) as unknown,
  () => ({ toString: fail, valueOf: fail, toJSON: fail }),
  () => new Date(Number.NaN),
  () => new Map([['a', 1]]),
  circular,
  revoked,
  () => new Proxy({}, { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, getPrototypeOf: fail }),
];

const names = ['version', 'path', 'rawPath', 'raw_path', 'method', 'headers', 'requestContext', '__proto__', 'Records'];

it(`answers each of ${String(EVENTS)} changed events with a whole answer of the contract`, async () => {
  const next = numbers(SEED);
  const one = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const { log } = collectedLog();
  const app = ({ path, ...request }: Request) => ask(path, { ...request, query: request.query.toString() });
  const handler = createHandler(app, log);

  /** Changes a field of the object, or of an object within it. */
  const change = (object: Record<string, unknown>): void => {
    const fields: PropertyDescriptor[] = Object.values(Object.getOwnPropertyDescriptors(object));
    const inner = fields.map(({ value }): unknown => value).filter(isPlain);
    if (inner.length > 0 && next() < 0.5) {
      change(one(inner));
      return;
    }
    const name = next() < 0.7 && Object.keys(object).length > 0 ? one(Object.keys(object)) : one(names);
    const value = one(values)();
    const chance = next();
    if (chance < 0.2) Reflect.deleteProperty(object, name);
    else if (chance < 0.3) Object.defineProperty(object, name, { get: fail, enumerable: true, configurable: true });
    else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  };

  const seen = new Set<number>();
  const wrong: object[] = [];
  for (let count = 0; count < EVENTS; count += 1) {
    const event = one(shapes)();
    for (let changes = Math.floor(next() * 4); changes > 0; changes -= 1) change(event);
    const wrapped = next() < 0.05 ? one(values)() : event;
    const context = next() < 0.7 ? { getRemainingTimeInMillis: () => 20_000 } : one(values)();
    const answer = await handler(wrapped, context).catch((error: unknown) => ({ rejected: String(error) }));
    if ('rejected' in answer) {
      wrong.push({ count, answer });
      continue;
    }
    seen.add(answer.statusCode);
    const fields = [...Object.entries(answer.headers), ...Object.entries(answer.multiValueHeaders ?? {})];
    const isWhole =
      STATUSES.includes(answer.statusCode) &&
      typeof answer.body === 'string' &&
      [false].includes(answer.isBase64Encoded) &&
      fields.length > 0 &&
      fields.every(([name, value]) => /^[a-z-]+$/.test(name) && /^[\x20-\x7e]+$/.test([value].flat().join()));
    JSON.stringify(answer);
    if (!isWhole) wrong.push({ count, answer });
  }
  expect(wrong).toEqual([]);
  expect([...seen].sort()).toEqual(expect.arrayContaining([200, 404, 405, 500]));
});

function isPlain(value: unknown): value is Record<string, unknown> {
  try {
    return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  } catch {
    return false;
  }
}
