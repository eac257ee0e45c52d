/** `healthgate/client` against real HTTP servers: good ones, strange ones and hostile ones. */
import { afterEach, describe, expect, it } from 'vitest';
import { fetchReport, isReady, ReportError } from '../../lib/client.ts';
import type { ReportOptions } from '../../lib/client.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { freePort } from '../stack/process.ts';
import { serveCli } from '../support/cli.ts';
import { answersGarbage, blackHole, closesImmediately } from '../support/faulty-server.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswer } from '../support/fixed-answer.ts';
import { temporaryFolder } from '../support/temporary.ts';

const TOKEN = 's3cret-token';
const LEAF = { status: 'working', response_time: '0.012' };

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function serverWith(answer: FixedAnswer) {
  const server = await fixedAnswer(answer);
  stops.push(() => server.stop());
  return server;
}

/** What both functions make of the same URL. */
async function outcomeOf(url: string, options: ReportOptions = {}) {
  const [ready, failure] = await Promise.all([
    isReady(url, options),
    fetchReport(url, options).catch((error: unknown) => error),
  ]);
  return { ready, failure: failure as ReportError };
}

const answerOf = (verdict: string, body: string, status = 200): FixedAnswer => ({
  status,
  headers: { 'x-health-status': verdict },
  body,
});

describe('a report', () => {
  it.each([
    ['working', 200, true],
    ['degraded', 200, true],
    ['failing', 503, false],
    ['failing', 200, false],
    ['failing', 418, false],
  ])('that is %s, with status %d, is told as it is', async (verdict, status, ready) => {
    const tree = { cache: { data: LEAF }, status: { page: LEAF } };
    const { url, asked } = await serverWith(answerOf(verdict, JSON.stringify(tree), status));
    const found = await outcomeOf(url, { token: TOKEN });
    expect(found).toEqual({ ready, failure: { status, verdict, tree } });
    expect(asked[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, accept: 'application/json' });
  });

  it('comes from a real service, for the whole namespace and for one check', async () => {
    const token = createToken('shop');
    const checks = { group: { own: { kind: 'secrets_manager' } } };
    const vault = await temporaryFolder({ 'shop.json': JSON.stringify({ access_tokens: [token], checks }) });
    const served = await serveCli(['--vault', `file:${vault.path}`]);
    stops.push(
      () => served.stop(),
      () => vault.remove(),
    );
    const url = `${served.url}/api/health/`;
    const own = { status: 'working', response_time: expect.stringMatching(/^\d+\.\d{3}$/) as string };
    expect(await fetchReport(new URL(url), { token })).toEqual({
      status: 200,
      verdict: 'working',
      tree: { group: { own } },
    });
    expect(await fetchReport(`${url}${token}/group/own/`)).toMatchObject({ tree: own });
    expect(await isReady(url, { token })).toBe(true);
    expect((await outcomeOf(url, { token: createToken('shop') })).failure).toMatchObject({
      code: 'AuthError',
      message: 'no report: status 405',
      status: 405,
    });
  });
});

const nested = (levels: number) => `${'{"a":'.repeat(levels)}{}${'}'.repeat(levels)}`;

describe('an answer without a report', () => {
  it.each([
    ['no verdict', { status: 200, body: '{}' }, 'UnhealthyError', 'status 200'],
    ['an unknown verdict', answerOf('splendid', '{}'), 'UnhealthyError', 'status 200'],
    ['a verdict and no content', answerOf('working', '', 204), 'UnhealthyError', 'status 204'],
    ['a missing token', { status: 404, body: '{}' }, 'UnhealthyError', 'status 404'],
    ['a wrong token', { status: 405, body: '{}' }, 'AuthError', 'status 405'],
    ['a refusal', { status: 403 }, 'AuthError', 'status 403'],
    ['a page of HTML', answerOf('working', '<html>'), 'UnhealthyError', 'other JSON'],
    ['JSON that is cut off', answerOf('working', '{"a":'), 'UnhealthyError', 'other JSON'],
    ['a list', answerOf('working', '[]'), 'UnhealthyError', 'other JSON'],
    ['null', answerOf('working', 'null'), 'UnhealthyError', 'other JSON'],
    ['a check without its time', answerOf('working', '{"a":{"status":"working"}}'), 'UnhealthyError', 'other JSON'],
    ['a text among the checks', answerOf('working', '{"a":"working"}'), 'UnhealthyError', 'other JSON'],
    ['100,000 levels', answerOf('working', nested(100_000)), 'UnhealthyError', 'other JSON'],
    ['5 MiB', answerOf('working', `{"a":"${'x'.repeat(5 * 2 ** 20)}"}`), 'UnhealthyError', 'too long'],
  ])('is a typed error that says why: %s', async (_name, answer, code, why) => {
    const { url } = await serverWith(answer);
    const { ready, failure } = await outcomeOf(`${url}/api/health/${TOKEN}/`);
    expect(ready).toBe(false);
    expect(failure).toBeInstanceOf(ReportError);
    expect(failure).toMatchObject({ name: 'ReportError', code, message: `no report: ${why}`, status: answer.status });
    expect(String(failure)).not.toContain(TOKEN);
  });

  it.each([301, 302, 303, 307, 308])('is a redirect, which is not followed: %d', async (status) => {
    const elsewhere = await serverWith(answerOf('working', '{}'));
    const headers = { location: elsewhere.url, 'x-health-status': 'working' };
    const { url } = await serverWith({ status, headers, body: '{}' });
    const { ready, failure } = await outcomeOf(url, { token: TOKEN });
    expect({ ready, code: failure.code, message: failure.message }).toEqual({
      ready: false,
      code: 'UnhealthyError',
      message: `no report: status ${String(status)}`,
    });
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('no answer', () => {
  it.each([
    ['ConnectionError', 'a server that hangs up', closesImmediately, {}],
    ['ConnectionError', 'a server that answers garbage', () => answersGarbage(Buffer.from('garbage\r\n\r\n')), {}],
    ['TimeoutError', 'a server that never answers', blackHole, { timeoutMs: 50 }],
    ['AbortedError', 'a request that is called off', blackHole, { signal: AbortSignal.timeout(50) }],
    ['AbortedError', 'a request that was called off before', blackHole, { signal: AbortSignal.abort() }],
  ])('is a %s: %s', async (code, _name, start, options) => {
    const server = await start();
    stops.push(() => server.stop());
    const { ready, failure } = await outcomeOf(`http://127.0.0.1:${String(server.port)}/${TOKEN}`, options);
    expect({ ready, code: failure.code }).toEqual({ ready: false, code });
    expect(failure.message).not.toContain(TOKEN);
  });

  it('is a ConnectionError when nothing listens, with the cause of the platform', async () => {
    const { failure } = await outcomeOf(`http://127.0.0.1:${String(await freePort())}/`);
    expect(failure).toMatchObject({ code: 'ConnectionError', cause: { cause: { code: 'ECONNREFUSED' } } });
  });

  it('is a TimeoutError when the body does not end', async () => {
    const { url } = await serverWith({
      status: 200,
      headers: { 'x-health-status': 'working', 'content-length': '10' },
      body: '{}',
    });
    expect((await outcomeOf(url, { timeoutMs: 100 })).failure.code).toBe('TimeoutError');
  });
});

describe('a request that cannot be sent', () => {
  it.each([
    ['a relative URL outside of a page', '/api/health/s3cret-token', {}],
    ['another scheme', 'ftp://s3cret-token', {}],
    ['a user in the URL', 'http://user:s3cret-token@127.0.0.1/', {}],
    ['a token with a line feed', 'http://127.0.0.1/', { token: 's3cret-token\n' }],
    ['a timeout of zero', 'http://127.0.0.1/', { timeoutMs: 0 }],
    ['a timeout that is not a number', 'http://127.0.0.1/', { timeoutMs: Number.NaN }],
  ])('is a ConfigurationError that shows no secret: %s', async (_name, url, options) => {
    const { ready, failure } = await outcomeOf(url, options);
    expect({ ready, code: failure.code, cause: failure.cause }).toEqual({
      ready: false,
      code: 'ConfigurationError',
      cause: undefined,
    });
    expect(String(failure.stack)).not.toContain('s3cret-token');
  });

  it('makes isReady false even where the types are not kept', async () => {
    expect(await isReady(undefined as unknown as string)).toBe(false);
    expect(await isReady('http://127.0.0.1/', null as unknown as ReportOptions)).toBe(false);
  });
});
