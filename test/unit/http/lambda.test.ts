import { describe, expect, it } from 'vitest';
import type { Request } from '../../../lib/http/messages.ts';
import { adapt } from '../../../lib/http/lambda.ts';
import type { Event } from '../../../lib/http/lambda.ts';
import { asker } from '../../support/asker.ts';

const context = { getRemainingTimeInMillis: () => 12_345 };

/** What the app is asked for the event. */
async function requestOf(event: Event | null) {
  const asked: Request[] = [];
  const app = (request: Request) => {
    asked.push(request);
    return Promise.resolve({ status: 200, headers: {}, body: '' });
  };
  await adapt(app, event, context);
  const [request] = asked;
  return request && { ...request, query: request.query.toString() };
}

describe('HTTP API 2.0 and Function URL', () => {
  const event = (over: object): Event => ({ version: '2.0', requestContext: { http: { method: 'GET' } }, ...over });

  it('become a request', async () => {
    expect(
      await requestOf({
        version: '2.0',
        rawPath: '/api/health/t%2Fu/a/',
        rawQueryString: 'format=text&a=%20b+c',
        headers: { Accept: 'text/plain', authorization: 'Bearer x' },
        requestContext: { stage: '$default', http: { method: 'HEAD' } },
      }),
    ).toEqual({
      method: 'HEAD',
      path: '/api/health/t%2Fu/a/',
      query: 'format=text&a=+b+c',
      headers: { accept: 'text/plain', authorization: 'Bearer x' },
      remainingMs: 12_345,
    });
  });

  it.each([
    ['a stage before the path', { rawPath: '/dev/api/health/t/', requestContext: { stage: 'dev' } }, '/api/health/t/'],
    [
      'a stage that the path only begins like',
      { rawPath: '/development/api/', requestContext: { stage: 'dev' } },
      '/development/api/',
    ],
    [
      'a stage that the path does not hold',
      { rawPath: '/api/health/t', requestContext: { stage: 'dev' } },
      '/api/health/t',
    ],
    ['a stage that is all there is', { rawPath: '/dev/', requestContext: { stage: 'dev' } }, '/'],
    ['an empty stage', { rawPath: '//api/', requestContext: { stage: '' } }, '//api/'],
    ['no stage', { rawPath: '/api/', requestContext: {} }, '/api/'],
  ])('with %s', async (_name, over, path) => {
    expect((await requestOf(event(over)))?.path).toBe(path);
  });

  it('on a domain of their own hold no stage, even where the path begins like it', async () => {
    const requestContext = { stage: 'api', domainName: 'health.example.com' };
    expect((await requestOf(event({ rawPath: '/api/health/t', requestContext })))?.path).toBe('/api/health/t');
    const generated = { stage: 'api', domainName: 'a1b2c3.execute-api.eu-central-1.amazonaws.com' };
    expect((await requestOf(event({ rawPath: '/api/api/health/t', requestContext: generated })))?.path).toBe(
      '/api/health/t',
    );
  });

  it.each([
    ['a percent sign', '/api/health/t/100%', '/api/health/t/100%25'],
    ['one before other characters', '/api/health/t/5 %zz', '/api/health/t/5 %25zz'],
    ['what was encoded twice', '/api/health/t/a%2Fb', '/api/health/t/a%2Fb'],
  ])('of an HTTP API come decoded: %s', async (_name, rawPath, path) => {
    expect((await requestOf(event({ rawPath })))?.path).toBe(path);
    expect((await requestOf({ version: '1.0', path: rawPath }))?.path).toBe(path);
  });

  it('of a function URL come as they were sent', async () => {
    const requestContext = { stage: '$default', domainName: 'abc.lambda-url.eu-central-1.on.aws' };
    expect((await requestOf(event({ rawPath: '/api/health/t/%zz', requestContext })))?.path).toBe('/api/health/t/%zz');
  });

  it('with nothing in them ask for the root', async () => {
    expect(await requestOf({ version: '2.0' })).toMatchObject({ method: 'GET', path: '/', query: '', headers: {} });
    expect(await requestOf(event({ headers: null }))).toMatchObject({ headers: {} });
  });

  it('may hold a header of any name', async () => {
    const headers = JSON.parse('{"__proto__":"x","Constructor":"y"}') as Record<string, string>;
    const request = await requestOf(event({ headers }));
    expect(Object.entries(request?.headers ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('REST API (1.0)', () => {
  it('become a request; several values of a header are joined', async () => {
    const request = await requestOf({
      version: '1.0',
      httpMethod: 'GET',
      path: '/api/health/t/',
      headers: { Accept: 'application/json', 'Cache-Control': 'no-cache' },
      multiValueHeaders: { Accept: ['text/plain', 'application/json'], 'Cache-Control': ['no-cache'] },
      queryStringParameters: { format: 'text' },
      multiValueQueryStringParameters: { format: ['json', 'text'], a: ['b c&d'] },
      requestContext: { stage: 'dev' },
    });
    expect(request).toEqual({
      method: 'GET',
      path: '/api/health/t/',
      query: 'format=json&format=text&a=b+c%26d',
      headers: { accept: 'text/plain, application/json', 'cache-control': 'no-cache' },
      remainingMs: 12_345,
    });
  });

  it('may hold null wherever there is nothing', async () => {
    const nothing = {
      headers: null,
      multiValueHeaders: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
    };
    expect(await requestOf({ httpMethod: 'POST', path: '/x', ...nothing })).toMatchObject({
      method: 'POST',
      path: '/x',
      query: '',
      headers: {},
    });
    expect(await requestOf({})).toMatchObject({ method: 'GET', path: '/', query: '', headers: {} });
  });

  it('of a REST API keep a path that begins like the stage, which is never in it', async () => {
    expect((await requestOf({ path: '/api/health/t%', requestContext: { stage: 'api' } }))?.path).toBe(
      '/api/health/t%',
    );
  });

  it('with a stage before the path (HTTP API 1.0) lose it', async () => {
    const event = { version: '1.0', path: '/dev/api/health/t', requestContext: { stage: 'dev' } } as const;
    expect((await requestOf(event))?.path).toBe('/api/health/t');
  });

  it('with single values only', async () => {
    const event = { path: '/', headers: { Accept: 'text/plain' }, queryStringParameters: { format: 'a b' } };
    expect(await requestOf(event)).toMatchObject({ query: 'format=a+b', headers: { accept: 'text/plain' } });
  });
});

describe('a load balancer', () => {
  it('hands the query over as it was sent', async () => {
    const event = {
      httpMethod: 'GET',
      path: '/api/health/t%2Fu',
      queryStringParameters: { format: 'health%2Bjson', 'a%20b': 'c+d' },
      requestContext: { elb: { targetGroupArn: 'arn' } },
    };
    const request = await requestOf(event);
    expect(request?.path).toBe('/api/health/t%2Fu');
    expect([...new URLSearchParams(request?.query)]).toEqual([
      ['format', 'health+json'],
      ['a b', 'c d'],
    ]);
  });

  it('may hand over several values', async () => {
    const event = {
      multiValueHeaders: { accept: ['text/plain'] },
      multiValueQueryStringParameters: { a: ['1', '%32'] },
      requestContext: { elb: {} },
    };
    expect(await requestOf(event)).toMatchObject({ query: 'a=1&a=2', headers: { accept: 'text/plain' } });
  });
});

describe('events that are no requests', () => {
  it.each([
    ['nothing', null],
    ['an empty one', {}],
    ['one of a schedule', { version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }],
    ['one of a queue', { Records: [{ body: '{}' }] }],
  ])('%s', async (_name, event) => {
    expect(await requestOf(event as Event)).toMatchObject({ method: 'GET', path: '/', query: '', headers: {} });
  });
});

describe('the answer', () => {
  it('to a load balancer that sends several values of a header is one that it understands', async () => {
    const app = () => Promise.resolve({ status: 200, headers: { allow: 'GET, HEAD' }, body: '' });
    const event = { multiValueHeaders: { accept: ['*/*'] }, requestContext: { elb: {} } };
    expect(await adapt(app, event, context)).toMatchObject({ multiValueHeaders: { allow: ['GET, HEAD'] } });
    expect(await adapt(app, { ...event, multiValueHeaders: null }, context)).not.toHaveProperty('multiValueHeaders');
    expect(await adapt(app, { ...event, requestContext: {} }, context)).not.toHaveProperty('multiValueHeaders');
  });

  it('is the status, headers and body of the app', async () => {
    const { token, ask } = asker();
    const app = ({ path, ...request }: Request) => ask(path, { ...request, query: request.query.toString() });
    const found = await adapt(app, { version: '2.0', rawPath: `/api/health/${token}/` }, context);
    expect(found).toEqual({
      statusCode: 200,
      headers: expect.objectContaining({ 'content-type': 'application/json', 'x-health-status': 'working' }) as object,
      body: expect.stringContaining('{"probe":{"status":"working"') as string,
      isBase64Encoded: false,
    });
    const lost = await adapt(app, {}, context);
    expect(lost).toMatchObject({ statusCode: 404, body: '{"detail":"Not found."}' });
  });
});
