/** What lets pages of other origins read the answers. */
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../lib/errors.ts';
import type { Origins } from '../../../lib/http/cors.ts';
import { asker, FAILS, WORKS } from '../../support/asker.ts';
import type { Ask } from '../../support/asker.ts';

const PAGE = 'https://status.example';
const OTHER = 'http://localhost:8080';
const EXPOSED = { 'access-control-expose-headers': 'X-Health-Status, Age' };

const setUp = (corsOrigins: Origins | undefined, checks: object = { a: WORKS }) =>
  asker({ checks }, {}, undefined, { corsOrigins });
const from = (origin: string | undefined, ask: Ask = {}): Ask => ({ ...ask, headers: { ...ask.headers, origin } });

function corsHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
}

describe('CORS for listed origins', () => {
  it.each([PAGE, OTHER])('lets pages of %s read a report and its headers', async (origin) => {
    const { headers, status } = await setUp([PAGE, OTHER]).report('', from(origin));
    expect(status).toBe(200);
    expect(corsHeaders(headers)).toEqual({ 'access-control-allow-origin': origin, ...EXPOSED });
    expect(headers.vary).toBe('Accept, Authorization, Origin');
  });

  it.each([
    undefined,
    '',
    'null',
    '*',
    'https://status.example.evil.example',
    'https://xstatus.example',
    'http://status.example',
    'https://status.example:8443',
    'https://STATUS.example',
    'https://status.example/',
    `${PAGE}, ${OTHER}`,
    '__proto__',
    'length',
    'https://a.example\r\nx-injected: 1',
  ])('gives nothing to the origin %j, but varies all the same', async (origin) => {
    const { headers, status } = await setUp([PAGE, OTHER]).report('', from(origin));
    expect(status).toBe(200);
    expect(corsHeaders(headers)).toEqual({});
    expect(headers.vary).toBe('Accept, Authorization, Origin');
  });
});

describe('CORS for every origin', () => {
  it.each([PAGE, 'null', undefined])('answers * to the origin %j', async (origin) => {
    const { headers } = await setUp('*').report('', from(origin));
    expect(corsHeaders(headers)).toEqual({ 'access-control-allow-origin': '*', ...EXPOSED });
    expect(headers.vary).toBe('Accept, Authorization, Origin');
  });

  it('lets pages read errors too', async () => {
    const { ask, report } = setUp('*', { a: FAILS });
    const broken = setUp('*');
    broken.memory.before = () => Promise.reject(new ConnectionError('refused'));
    const unforeseen = setUp('*');
    unforeseen.memory.before = () => Promise.reject(new Error('boom'));
    const responses = [
      await report(),
      await report('', { query: 'format=xml' }),
      await ask('/'),
      await ask('/api/health/wrong/'),
      await report('', { method: 'POST' }),
      await broken.report(),
      await unforeseen.report(),
    ];
    expect(responses.map(({ status }) => status)).toEqual([503, 404, 404, 405, 405, 503, 500]);
    for (const { headers } of responses) {
      expect(corsHeaders(headers)).toEqual({ 'access-control-allow-origin': '*', ...EXPOSED });
      expect(headers.vary).toMatch(/(^|, )Origin$/);
    }
  });

  it('gives HEAD the headers of GET', async () => {
    const { report } = setUp('*');
    const get = await report('', from(PAGE));
    expect(await report('', from(PAGE, { method: 'HEAD' }))).toEqual({ ...get, body: '' });
  });
});

describe('a preflight request', () => {
  const preflight = (over: Readonly<Record<string, string>> = {}): Ask =>
    from(PAGE, { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET', ...over } });

  it('is answered 204 with the methods and headers that are allowed', async () => {
    const { headers, ...rest } = await setUp([PAGE]).report('', preflight());
    expect(rest).toEqual({ status: 204, body: '' });
    expect(headers).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'Authorization, Cache-Control',
      'access-control-max-age': '600',
      ...EXPOSED,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      vary: 'Origin',
    });
  });

  it('is answered alike for every path and token, and reads no vault', async () => {
    const { ask, token, memory } = setUp([PAGE]);
    const paths = [`/api/health/${token}/`, '/api/health/wrong/', '/api/health/', '/', `/api/health/${token}/nothing`];
    const answers = await Promise.all(paths.map((path) => ask(path, preflight())));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(memory.calls).toEqual([]);
  });

  it('allows nothing to an origin that is not listed', async () => {
    const { headers, status } = await setUp([OTHER]).report('', preflight());
    expect(status).toBe(204);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('is answered 405 where no origins are set', async () => {
    const { status, headers } = await setUp(undefined).report('', preflight());
    expect(status).toBe(405);
    expect(corsHeaders(headers)).toEqual({});
  });
});

it('leaves answers as they are where no origins are set', async () => {
  const { headers } = await setUp(undefined).report('', from(PAGE));
  expect(corsHeaders(headers)).toEqual({});
  expect(headers.vary).toBe('Accept, Authorization');
});
