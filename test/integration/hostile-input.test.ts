/** Sends hostile requests, and requests for hostile documents, to the command line's own server over real sockets. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

const NOT_FOUND = { status: 404, body: '{"detail":"Not found."}' };
const NOT_ALLOWED = { status: 405, body: '{"detail":"Method \\"GET\\" not allowed."}' };

const PASSWORD = 'hunter2-but-longer';
const working = { kind: 'dns', name: 'localhost' };
const tokens = Object.fromEntries(
  ['good', 'names', 'deep', 'broken', 'large', 'many', 'deeper', 'disabled'].map((name) => [name, createToken(name)]),
);
const tokenOf = (name: string) => tokens[name] ?? '';

function documentOf(name: string, checks: string): string {
  return `{"access_tokens":["${tokenOf(name)}"],"checks":${checks}}`;
}

const nested = (levels: number) => `${'{"a":'.repeat(levels)}{"kind":"tcp"}${'}'.repeat(levels)}`;
const manyChecks = JSON.stringify(
  Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`c${String(index)}`, working])),
);

const HOSTILE_NAMES = [
  'say "hi"',
  'a/b',
  'tab\tline\nfeed',
  '__proto__',
  'constructor',
  '<script>',
  '1',
  '0',
  '\u202e',
  'é',
];

let served: Served;
let vault: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  const names = HOSTILE_NAMES.map(
    (name) => `${JSON.stringify(name)}:{"kind":"redis","url":"redis://:${PASSWORD}@127.0.0.1:1"}`,
  );
  vault = await temporaryFolder({
    'good.json': documentOf('good', '{"unknown":{"kind":"nonsense"}}'),
    'names.json': documentOf('names', `{${names.join()}}`),
    'deep.json': documentOf('deep', nested(20)),
    'deeper.json': documentOf('deeper', nested(5000)),
    'broken.json': `{"access_tokens":["${tokenOf('broken')}"],"password":"${PASSWORD}",,}`,
    'large.json': documentOf(
      'large',
      `{"x":${JSON.stringify({ ...working, description: 'x'.repeat(5 * 1024 * 1024) })}}`,
    ),
    'many.json': documentOf('many', manyChecks),
    'disabled.json': documentOf('disabled', '{"x":{"kind":"nonsense"}}').replace('{', '{"disabled":true,'),
  });
  served = await serveCli(['--vault', `file:${vault.path}`]);
});

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  await vault.remove();
});

/** Sends a request target unchanged, which no HTTP client would do. */
async function raw(
  target: string,
  headers: readonly string[] = [],
  method = 'GET',
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(served.url);
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.on('close', () => {
      resolve(received);
    });
    socket.on('error', reject);
    socket.write([`${method} ${target} HTTP/1.1`, 'host: test', 'connection: close', ...headers, '', ''].join('\r\n'));
  });
  const [head = '', ...body] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: body.join('\r\n\r\n') };
}

describe('the server', () => {
  it.each([
    ['a request without a path', '/', NOT_FOUND],
    ['a request for another path', '/api/healthy/', NOT_FOUND],
    ['a request without a token', '/api/health/', NOT_FOUND],
    ['a path with duplicate slashes', `//api//health//${tokenOf('good')}/`, NOT_FOUND],
    ['a path with duplicate slashes after the token', `/api/health/${tokenOf('good')}//unknown/`, NOT_FOUND],
    ['invalid percent-encoding', '/api/health/%E0%A4%A/', NOT_FOUND],
    ['invalid percent-encoding in the part', `/api/health/${tokenOf('good')}/%zz/`, NOT_FOUND],
    ['a null byte as a token', '/api/health/%00/', NOT_ALLOWED],
    ['a path traversal as a token', '/api/health/..%2f..%2fetc%2fpasswd/', NOT_ALLOWED],
    ['a path traversal as a namespace', `/api/health/hg_..%2fgood_${'a'.repeat(43)}/`, NOT_ALLOWED],
    ['a token of a megabyte', `/api/health/${'a'.repeat(1024 * 1024)}/`, NOT_ALLOWED],
    ['an unknown part', `/api/health/${tokenOf('good')}/__proto__/`, NOT_FOUND],
    ['an unknown format', `/api/health/${tokenOf('good')}/?format=%3Cscript%3E`, NOT_FOUND],
    ['an unknown format with a wrong token', '/api/health/wrong/?format=xml', NOT_FOUND],
    ['a disabled namespace', `/api/health/${tokenOf('disabled')}/`, NOT_ALLOWED],
    ['a target in absolute form', `http://other.example/api/health/wrong/`, NOT_FOUND],
  ])('answers %s as the contract says', async (_name, target, expected) => {
    expect(await raw(target)).toEqual(expected);
  });

  it.each([
    ['without a token', 'authorization: Bearer', NOT_FOUND],
    ['with another scheme', 'authorization: Basic Zm9vOmJhcg==', NOT_FOUND],
    ['with a wrong token', 'authorization: JWT wrong', NOT_ALLOWED],
    ['with a token of a megabyte', `authorization: Bearer ${'a'.repeat(1024 * 1024)}`, NOT_ALLOWED],
  ])('answers an authorization header %s as the contract says', async (_name, header, expected) => {
    expect(await raw('/api/health/', [header])).toEqual(expected);
  });

  it('answers a request with a body and ignores the body', async () => {
    const { status, body } = await raw('/api/health/x/', ['content-length: 5', '', 'hello'], 'POST');
    expect({ status, body }).toEqual({ status: 405, body: '{"detail":"Method \\"POST\\" not allowed."}' });
  });
});

describe('the server, given a hostile document', () => {
  it.each(['broken', 'large', 'many', 'deeper'])('answers the document "%s" as an unknown namespace', async (name) => {
    expect(await raw(`/api/health/${tokenOf(name)}/`)).toEqual(NOT_ALLOWED);
  });

  it('answers 20 levels of nesting in their shape', async () => {
    const { status, body } = await raw(`/api/health/${tokenOf('deep')}/`);
    expect(status).toBe(503);
    expect(body.startsWith('{"a":'.repeat(20))).toBe(true);
  });

  it('returns hostile names unchanged and in their order', async () => {
    const { status, body } = await raw(`/api/health/${tokenOf('names')}/`);
    expect(status).toBe(503);
    const positions = HOSTILE_NAMES.map((name) => body.indexOf(`${JSON.stringify(name)}:{"status":`));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions).not.toContain(-1);
    expect(Object.keys(JSON.parse(body) as object).sort()).toEqual([...HOSTILE_NAMES].sort());
  });

  it('shows no control characters of a name in the text format', async () => {
    const { body } = await raw(`/api/health/${tokenOf('names')}/?format=text`);
    expect(body.split('\n')).toHaveLength(HOSTILE_NAMES.length + 2);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it.each(HOSTILE_NAMES)('answers for the check %j by its encoded name', async (name) => {
    const { status, body } = await raw(`/api/health/${tokenOf('names')}/${encodeURIComponent(name)}/`);
    expect(status).toBe(503);
    expect(body).toMatch(/^\{"status":"ConnectionError: connection refused by redis 127\.0\.0\.1:1/);
  });
});

it('logs the names of the refused documents, but no token or password', () => {
  const { out, err } = served.output;
  for (const secret of [PASSWORD, ...Object.values(tokens)]) expect(out + err).not.toContain(secret);
  const refused = err.split('\n').filter((line) => line.includes('a namespace is refused'));
  expect(refused.map((line) => (JSON.parse(line) as { namespace: string }).namespace).sort()).toEqual([
    'broken',
    'deeper',
    'large',
    'many',
  ]);
});
