/** The contract's table of statuses, byte for byte. */
import { describe, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { asker, FAILS, FAILURE, WORKS } from '../../support/asker.ts';

const DETAIL_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};
const NOT_FOUND = { status: 404, headers: DETAIL_HEADERS, body: '{"detail":"Not found."}' };
const notAllowed = (method: string, body = `{"detail":"Method \\"${method}\\" not allowed."}`) => ({
  status: 405,
  headers: { ...DETAIL_HEADERS, allow: 'GET, HEAD' },
  body,
});

const time = expect.stringMatching(/^\d+\.\d{3}$/) as string;
const minor = { ...FAILS, critical: false };

describe('a report', () => {
  it.each([
    ['every check works', { a: WORKS, g: { b: WORKS } }, {}, 200, 'working'],
    ['a critical check fails', { a: WORKS, b: FAILS }, {}, 503, 'failing'],
    ['a critical check fails, with a status of its own', { b: FAILS }, { failing_status: 500 }, 500, 'failing'],
    ['a critical check fails, with the status 200', { b: FAILS }, { failing_status: 200 }, 200, 'failing'],
    ['only non-critical checks fail', { a: WORKS, b: minor }, { failing_status: 500 }, 200, 'degraded'],
  ])('has the status and verdict of the contract when %s', async (_name, checks, keys, status, verdict) => {
    const { report } = asker({ checks, ...keys });
    expect(await report()).toMatchObject({ status, headers: { 'x-health-status': verdict } });
  });

  it('has the headers of the contract, and no others', async () => {
    const { headers } = await asker().report();
    expect(headers).toEqual({
      ...DETAIL_HEADERS,
      'referrer-policy': 'no-referrer',
      vary: 'Accept, Authorization',
      'x-health-status': 'working',
      age: '0',
      'server-timing': expect.stringMatching(/^run;dur=\d+\.\d$/) as string,
    });
  });

  it.each(['json', 'text'])('ends in one line feed in the format %s, while a detail has none', async (format) => {
    const { report, ask } = asker({ checks: { a: WORKS } });
    expect((await report('', { query: `format=${format}` })).body).toMatch(/[^\n]\n$/);
    expect((await ask('/', { query: `format=${format}` })).body).toBe('{"detail":"Not found."}');
  });

  it('is the tree in the order of the document', async () => {
    const { body } = await asker({ checks: { z: { b: WORKS, a: FAILS }, a: WORKS } }).report();
    expect(JSON.parse(body)).toEqual({
      z: { b: { status: 'working', response_time: time }, a: { status: FAILURE, response_time: time } },
      a: { status: 'working', response_time: time },
    });
    expect(body).toMatch(/^\{"z":\{"b":.*"a":.*\},"a":/);
  });
});

describe('the app, for unknown paths and formats', () => {
  const { ask, token, memory } = asker({ checks: { cache: { data: WORKS } } });

  it.each([
    ['no token', '/api/health/'],
    ['no token and no slash', '/api/health'],
    ['an unknown path', '/'],
    ['an empty path', ''],
    ['a path that only begins like the right one', `/api/healthy/${token}/`],
    ['a path in another case', `/API/health/${token}/`],
    ['a path below another one', `/v1/api/health/${token}/`],
    ['a double slash at the start', `//api/health/${token}/`],
    ['a double slash before the token', `/api/health//${token}/`],
    ['a double slash at the end', `/api/health/${token}//`],
    ['a double slash within the part', `/api/health/${token}/cache//data`],
    ['an unknown part', `/api/health/${token}/nothing/`],
    ['a part below a check', `/api/health/${token}/cache/data/more`],
    ['a name that every object has', `/api/health/${token}/__proto__/`],
    ['dots in the part', `/api/health/${token}/cache/../cache/`],
    ['invalid percent-encoding', '/api/health/%E0%A4%A/'],
    ['invalid percent-encoding in the part', `/api/health/${token}/%zz`],
    ['incomplete percent-encoding', `/api/health/${token}/%`],
  ])('answers 404 for %s', async (_name, path) => {
    expect(await ask(path)).toEqual(NOT_FOUND);
  });

  it.each([
    ['a right token', () => `/api/health/${token}/`],
    ['a wrong token', () => '/api/health/wrong/'],
    ['no token', () => '/api/health/'],
    ['an unknown path', () => '/'],
  ])('answers 404 for an unknown format with %s, before it reads the vault', async (_name, path) => {
    const before = memory.calls.length;
    for (const format of ['xml', 'JSON', '', '<script>', '__proto__', 'json,text']) {
      expect(await ask(path(), { query: new URLSearchParams({ format }).toString() })).toEqual(NOT_FOUND);
    }
    expect(memory.calls).toHaveLength(before);
  });

  it('answers 404 for an unknown format with another method', async () => {
    expect(await ask('/api/health/', { method: 'POST', query: 'format=xml' })).toEqual(NOT_FOUND);
  });

  it('answers 404 for another method on an unknown path', async () => {
    expect(await ask('/elsewhere', { method: 'POST' })).toEqual(NOT_FOUND);
  });
});

describe('the app, for wrong tokens and methods', () => {
  const disabledToken = createToken('disabled');
  const brokenToken = createToken('broken');
  const documents = {
    disabled: { access_tokens: [disabledToken, 'an-opaque-token-of-disabled'], disabled: true, checks: { a: WORKS } },
    broken: '{',
  };
  const { ask, token } = asker({ checks: { cache: { data: WORKS } } }, documents);

  it.each([
    ['a wrong token', 'wrong'],
    ['a wrong token that carries its namespace', createToken('prod')],
    ['an unknown namespace', createToken('nowhere')],
    ['a disabled namespace', disabledToken],
    ['an opaque token of a disabled namespace', 'an-opaque-token-of-disabled'],
    ['a document that cannot be used', brokenToken],
    ['a token without its last character', token.slice(0, -1)],
    ['a token with one more character', `${token}x`],
    ['a token in another case', token.toUpperCase()],
    ['a null byte as a token', '%00'],
    ['a path as a token', '..%2f..%2fetc%2fpasswd'],
    ['a token of a megabyte', 'x'.repeat(1024 * 1024)],
    ['a token of a megabyte that carries a namespace', `hg_prod_${'x'.repeat(1024 * 1024)}`],
  ])('answers 405 with the same bytes and headers for %s', async (_name, wrong) => {
    for (const path of [`/api/health/${wrong}`, `/api/health/${wrong}/`, `/api/health/${wrong}/cache/`]) {
      expect(await ask(path)).toEqual(notAllowed('GET'));
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'PROPFIND'])(
    'answers 405 for the method %s',
    async (method) => {
      for (const path of [
        `/api/health/${token}/`,
        '/api/health/wrong/',
        '/api/health/',
        `/api/health/${token}/nothing`,
      ]) {
        expect(await ask(path, { method })).toEqual(notAllowed(method));
      }
    },
  );

  it('answers 405 and shows a hostile method only cut and escaped', async () => {
    const { body } = await ask('/api/health/x', { method: `"<script>\n${'x'.repeat(1000)}` });
    expect(body).toBe('{"detail":"Method \\"\\"<script>\\nxxxxxxxxxx\\" not allowed."}');
  });
});

describe('HEAD', () => {
  const { ask, token } = asker({ checks: { a: WORKS, b: FAILS } });

  it('has the status and headers of GET, and no body', async () => {
    const get = await ask(`/api/health/${token}/`);
    const head = await ask(`/api/health/${token}/`, { method: 'HEAD' });
    expect(head).toEqual({ ...get, body: '' });
    expect(head.status).toBe(503);
  });

  it.each([
    ['a wrong token', '/api/health/wrong/', notAllowed('GET', '')],
    ['no token', '/api/health/', { ...NOT_FOUND, body: '' }],
  ])('has the status and headers of GET, and no body, for %s', async (_name, path, expected) => {
    expect(await ask(path, { method: 'HEAD' })).toEqual(expected);
  });
});
