/** Where a request may give its token, part and format. */
import { describe, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { asker, FAILS, FAILURE, WORKS } from '../../support/asker.ts';
import { HOSTILE_NAMES } from '../../support/reports.ts';

const OPAQUE = 'an opaque/token? of "prod" %';

describe('the token', () => {
  const other = createToken('other');
  const { ask, token } = asker(
    { access_token: OPAQUE, checks: { prod: WORKS } },
    { other: { access_token: other, checks: { other: WORKS } } },
  );
  const namesIn = async (...request: Parameters<typeof ask>) => {
    const { status, body } = await ask(...request);
    return status === 200 ? Object.keys(JSON.parse(body) as object) : status;
  };

  it.each([
    ['JWT', (value: string) => `JWT ${value}`],
    ['Bearer', (value: string) => `Bearer ${value}`],
    ['a scheme in another case', (value: string) => `bearer ${value}`],
    ['more than one space', (value: string) => `Bearer   ${value} `],
  ])('is accepted in a header with %s', async (_name, header) => {
    for (const path of ['/api/health/', '/api/health']) {
      expect(await namesIn(path, { headers: { authorization: header(token) } })).toEqual(['prod']);
    }
  });

  it.each([
    'Bearer',
    'Bearer ',
    'JWT',
    '',
    'Basic Zm9vOmJhcg==',
    token,
    `Token ${token}`,
    `Bearer${token}`,
    `Bearer ${token} more`,
    `Bearer ${token}, Bearer ${token}`,
    `xBearer ${token}`,
  ])('is not found in the header %j, which is answered with 404', async (authorization) => {
    expect(await namesIn('/api/health/', { headers: { authorization } })).toBe(404);
  });

  it('is answered with 405 when it is wrong in a header, even if it has a megabyte', async () => {
    for (const wrong of ['wrong', 'x'.repeat(1024 * 1024)]) {
      expect(await namesIn('/api/health/', { headers: { authorization: `Bearer ${wrong}` } })).toBe(405);
    }
  });

  it('is taken from the path when path and header have one', async () => {
    const headers = { authorization: `Bearer ${other}` };
    expect(await namesIn(`/api/health/${token}/`, { headers })).toEqual(['prod']);
    expect(await namesIn('/api/health/wrong/', { headers })).toBe(405);
  });

  it('may be opaque and contain characters that a path cannot', async () => {
    expect(await namesIn(`/api/health/${encodeURIComponent(OPAQUE)}/`)).toEqual(['prod']);
  });

  it('is any token that the document lists', async () => {
    const second = createToken('prod');
    const all = asker({ access_tokens: [second, 'a-third-token-of-the-tests'], checks: { a: WORKS } });
    expect((await all.ask(`/api/health/${second}/`)).status).toBe(200);
    expect((await all.ask('/api/health/a-third-token-of-the-tests/')).status).toBe(200);
    expect((await all.report()).status).toBe(405);
  });
});

describe('the part', () => {
  const checks = { cache: { data: WORKS, pages: FAILS }, 'queues.high': WORKS };
  /** A report without its times and without the line feed at its end. */
  const shape = (body: string) => body.replaceAll(/"response_time":"[^"]*"/g, '"response_time":"T"').replace(/\n$/, '');
  const works = '{"status":"working","response_time":"T"}';
  const fails = `{"status":"${FAILURE}","response_time":"T"}`;

  it.each([
    ['', 503, `{"cache":{"data":${works},"pages":${fails}},"queues.high":${works}}`],
    ['cache/', 503, `{"data":${works},"pages":${fails}}`],
    ['cache', 503, `{"data":${works},"pages":${fails}}`],
    ['cache/data/', 200, works],
    ['cache/data', 200, works],
    ['cache/pages', 503, fails],
    ['queues.high', 200, works],
    ['queues%2Ehigh', 200, works],
  ])('is returned alone for the path %j', async (part, status, body) => {
    const response = await asker({ checks }).report(part);
    expect({ status: response.status, body: shape(response.body) }).toEqual({ status, body });
  });

  it('is run alone', async () => {
    const { report, memory } = asker({ checks });
    await report('cache/pages');
    expect(memory.calls).toEqual(['read prod', 'secret missing']);
  });

  it.each(HOSTILE_NAMES.filter((name) => name !== ''))('is found by its encoded name %j', async (name) => {
    const { report } = asker({ checks: { [name]: { z: WORKS, a: WORKS } } });
    const { status, body } = await report(encodeURIComponent(name));
    expect({ status, body: shape(body) }).toEqual({ status: 200, body: `{"z":${works},"a":${works}}` });
  });

  it('is treated as a token when the path has no token', async () => {
    const { ask, token } = asker({ checks });
    expect((await ask('/api/health/cache/', { headers: { authorization: `JWT ${token}` } })).status).toBe(405);
  });
});

describe('the format', () => {
  const { report } = asker({ checks: { a: WORKS } });

  it.each([
    ['format=json', undefined, 'application/json'],
    ['format=text', undefined, 'text/plain; charset=utf-8'],
    ['format=json', 'text/plain', 'application/json'],
    ['format=text&format=json', undefined, 'text/plain; charset=utf-8'],
    ['', 'text/plain', 'text/plain; charset=utf-8'],
    ['other=1', 'nothing/known', 'application/json'],
  ])('is chosen by ?%s and Accept %s: %s', async (query, accept, contentType) => {
    const { status, headers } = await report('', { query, headers: { accept } });
    expect({ status, contentType: headers['content-type'] }).toEqual({ status: 200, contentType });
  });

  it('begins with the verdict when it is text', async () => {
    expect((await report('', { query: 'format=text' })).body).toMatch(
      /^working healthgate:passing 1 of 1 checks work\nworking {2}\d\.\d{3}s a\n$/,
    );
  });
});
