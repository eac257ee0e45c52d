import { describe, expect, it } from 'vitest';
import type { Request } from '../../../lib/http/messages.ts';
import { createHandler } from '../../../lib/http/lambda.ts';
import { asker } from '../../support/asker.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { appThatIsNotAsked, context, requestOf } from '../../support/lambda-events.ts';

describe('an event of an HTTP API 2.0 or a function URL', () => {
  const event = (over: object) => ({ version: '2.0', requestContext: { http: { method: 'GET' } }, ...over });

  it('becomes a request', async () => {
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
      'a stage that the path does not contain',
      { rawPath: '/api/health/t', requestContext: { stage: 'dev' } },
      '/api/health/t',
    ],
    ['a stage that is the whole path', { rawPath: '/dev/', requestContext: { stage: 'dev' } }, '/'],
    ['an empty stage', { rawPath: '//api/', requestContext: { stage: '' } }, '//api/'],
    ['no stage', { rawPath: '/api/', requestContext: {} }, '/api/'],
  ])('has the right path with %s', async (_name, over, path) => {
    expect((await requestOf(event(over)))?.path).toBe(path);
  });

  it('has no stage on a custom domain, even if the path begins like it', async () => {
    const requestContext = { stage: 'api', domainName: 'health.example.com' };
    expect((await requestOf(event({ rawPath: '/api/health/t', requestContext })))?.path).toBe('/api/health/t');
    const generated = { stage: 'api', domainName: 'a1b2c3.execute-api.eu-central-1.amazonaws.com' };
    expect((await requestOf(event({ rawPath: '/api/api/health/t', requestContext: generated })))?.path).toBe(
      '/api/health/t',
    );
  });

  it.each([
    ['a percent sign', '/api/health/t/100%', '/api/health/t/100%25'],
    ['a percent sign before other characters', '/api/health/t/5 %zz', '/api/health/t/5 %25zz'],
    ['a name that was encoded twice', '/api/health/t/a%2Fb', '/api/health/t/a%2Fb'],
  ])('has a decoded path in an HTTP API: %s', async (_name, rawPath, path) => {
    expect((await requestOf(event({ rawPath })))?.path).toBe(path);
    expect((await requestOf({ version: '1.0', path: rawPath }))?.path).toBe(path);
  });

  it('has the path as it was sent in a function URL', async () => {
    const requestContext = { stage: '$default', domainName: 'abc.lambda-url.eu-central-1.on.aws' };
    expect((await requestOf(event({ rawPath: '/api/health/t/%zz', requestContext })))?.path).toBe('/api/health/t/%zz');
  });

  it('asks for the root when it is empty', async () => {
    const empty = { method: 'GET', path: '/', query: '', headers: {} };
    expect(await requestOf({ version: '2.0', rawPath: '/' })).toMatchObject(empty);
    expect(await requestOf(event({}))).toMatchObject(empty);
    expect(await requestOf(event({ headers: null }))).toMatchObject({ headers: {} });
  });

  it('may have a header of any name', async () => {
    const headers = JSON.parse('{"__proto__":"x","Constructor":"y"}') as Record<string, string>;
    const request = await requestOf(event({ headers }));
    expect(Object.entries(request?.headers ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('an event of a REST API or an HTTP API 1.0', () => {
  it('becomes a request in which several values of a header are joined', async () => {
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

  it('may have null for everything that is missing', async () => {
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
    expect(await requestOf({ path: '/' })).toMatchObject({ method: 'GET', path: '/', query: '', headers: {} });
  });

  it('keeps its path in a REST API, even if it begins like the stage', async () => {
    expect((await requestOf({ path: '/api/health/t%', requestContext: { stage: 'api' } }))?.path).toBe(
      '/api/health/t%',
    );
  });

  it('loses the stage before its path in an HTTP API 1.0', async () => {
    const event = { version: '1.0', path: '/dev/api/health/t', requestContext: { stage: 'dev' } } as const;
    expect((await requestOf(event))?.path).toBe('/api/health/t');
  });

  it('may have single values only', async () => {
    const event = { path: '/', headers: { Accept: 'text/plain' }, queryStringParameters: { format: 'a b' } };
    expect(await requestOf(event)).toMatchObject({ query: 'format=a+b', headers: { accept: 'text/plain' } });
  });
});

describe('an event of a load balancer', () => {
  it('has its query decoded, which load balancers pass on as it was sent', async () => {
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

  it('may have several values of a header or parameter', async () => {
    const event = {
      multiValueHeaders: { accept: ['text/plain'] },
      multiValueQueryStringParameters: { a: ['1', '%32'] },
      requestContext: { elb: {} },
    };
    expect(await requestOf(event)).toMatchObject({ query: 'a=1&a=2', headers: { accept: 'text/plain' } });
  });
});

describe('the context', () => {
  it.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['empty', {}],
    ['a text', 'x'],
    ['one whose method throws', { getRemainingTimeInMillis: fail }],
    ['one whose method is no method', { getRemainingTimeInMillis: 5 }],
    ['one that leaves no number', { getRemainingTimeInMillis: () => Number.NaN }],
    ['one that leaves a text', { getRemainingTimeInMillis: () => '1000' }],
    ['one that cannot be read', new Proxy({}, { get: fail })],
  ])('may be %s, and then leaves any time', async (_name, odd) => {
    const { token, ask } = asker();
    const app = ({ path, ...request }: Request) => {
      expect(request.remainingMs).toBeUndefined();
      return ask(path, { ...request, query: '' });
    };
    const handler = createHandler(app, collectedLog().log);
    expect(await handler({ path: `/api/health/${token}/` }, odd)).toMatchObject({ statusCode: 200 });
  });

  it('may leave more time than a timer can count', async () => {
    const { token, ask } = asker();
    const app = ({ path, ...request }: Request) => ask(path, { ...request, query: '' });
    const context = { getRemainingTimeInMillis: () => Number.MAX_VALUE };
    const answer = await createHandler(app, collectedLog().log)({ path: `/api/health/${token}/` }, context);
    expect(answer).toMatchObject({ statusCode: 200 });
  });
});

function fail(): never {
  throw new Error('boom');
}

describe('the answer', () => {
  it('has multiValueHeaders for a load balancer that sends them', async () => {
    const app = () => Promise.resolve({ status: 200, headers: { allow: 'GET, HEAD' }, body: '' });
    const handler = createHandler(app, collectedLog().log);
    const event = { multiValueHeaders: { accept: ['*/*'] }, requestContext: { elb: {} } };
    expect(await handler(event, context)).toMatchObject({ multiValueHeaders: { allow: ['GET, HEAD'] } });
    expect(await handler({ ...event, multiValueHeaders: null }, context)).not.toHaveProperty('multiValueHeaders');
    expect(await handler({ ...event, requestContext: {} }, context)).not.toHaveProperty('multiValueHeaders');
  });

  it('waits for what must happen before Lambda stops the process', async () => {
    const order: string[] = [];
    const app = async () => {
      order.push('app');
      return { status: 200, headers: {}, body: '' };
    };
    const settle = async () => {
      order.push('settle');
      await Promise.resolve();
      order.push('settled');
    };
    const answer = createHandler(app, collectedLog().log, settle)({ path: '/' }, context);
    expect(await answer.finally(() => order.push('answer'))).toMatchObject({ statusCode: 200 });
    expect(order).toEqual(['app', 'settle', 'settled', 'answer']);
  });

  it('has the status, headers and body of the app', async () => {
    const { token, ask } = asker();
    const app = ({ path, ...request }: Request) => ask(path, { ...request, query: request.query.toString() });
    const handler = createHandler(app, collectedLog().log);
    const found = await handler({ version: '2.0', rawPath: `/api/health/${token}/` }, context);
    expect(found).toEqual({
      statusCode: 200,
      headers: expect.objectContaining({ 'content-type': 'application/json', 'x-health-status': 'working' }) as object,
      body: expect.stringContaining('{"probe":{"status":"working"') as string,
      isBase64Encoded: false,
    });
    const lost = await handler({ path: '/' }, context);
    expect(lost).toMatchObject({ statusCode: 404, body: '{"detail":"Not found."}' });
  });

  it('is that of the contract where the app fails in spite of all', async () => {
    const { app, log, lines } = appThatIsNotAsked();
    const answer = await createHandler(app, log)({ path: '/' }, context);
    expect(answer).toMatchObject({ statusCode: 500, body: '{"detail":"Internal server error."}' });
    expect(lines).toHaveLength(1);
  });
});
