/** Requests that go through a real proxy, plain and over TLS, to servers with and without TLS. */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { Duplex } from 'node:stream';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { makeCertificates } from '../stack/servers/shared/certificates.ts';
import { freePort } from '../stack/process.ts';
import { answersGarbage, blackHole, closesImmediately, tlsProxy } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { checksOf, runLeaf, runLeaves } from '../support/run-leaf.ts';
import { temporaryFolder } from '../support/temporary.ts';

const { proxy, assets } = inject('stack');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let ca: string;
let secure: FaultyServer;
let secureProxy: FaultyServer;
const servers: { stop(): Promise<void> }[] = [];

/** A server that ends with the test. */
async function using<S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  servers.push(server);
  return server;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const certificates = await makeCertificates(folder.path);
  ca = certificates.ca;
  const [key, cert] = await Promise.all([
    readFile(certificates.keyFile, 'utf8'),
    readFile(certificates.certFile, 'utf8'),
  ]);
  secure = await tlsProxy(assets.port, { key, cert });
  secureProxy = await tlsProxy(proxy.port, { key, cert });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

afterAll(async () => {
  await Promise.all([secure.stop(), secureProxy.stop()]);
  await folder.remove();
});

/** Targets with and without TLS, each with the way in which a proxy is asked for it. */
const targets = {
  'http:': () => ({ kind: 'http', url: `${assets.url}/json`, expect: { json: { status: 'ok' } } }),
  'https:': () => ({
    kind: 'http',
    url: `https://localhost:${secure.port}/json`,
    ca,
    expect: { json: { status: 'ok' }, tls_days: 1 },
  }),
};

describe.each(Object.entries(targets))('a target with %s', (scheme, leaf) => {
  /** A proxy that answers so, and the status of a check through it. */
  const through = async (port: number, more: object = {}) =>
    runLeaf({ ...leaf(), proxy: `http://app:hunter2@127.0.0.1:${port}`, ...more });

  it('is reached through a proxy', async () => {
    const before = openHandles();
    const { status, result } = await runLeaf({ ...leaf(), proxy: proxy.url });
    expect(status).toBe('working');
    expect(result.stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['connecting', 'first byte', 'body']));
    expect(await settledHandles(before)).toEqual([]);
  });

  it('is reached through a proxy that asks for a login', async () => {
    expect((await runLeaf({ ...leaf(), proxy: proxy.loginUrl })).status).toBe('working');
  });

  it('is reached through a proxy that speaks TLS', async () => {
    const { status } = await runLeaf({ ...leaf(), ca, proxy: `https://localhost:${secureProxy.port}` });
    expect(status).toBe('working');
  });

  it('is reached through the proxy of the environment, unless NO_PROXY names it', async () => {
    vi.stubEnv(scheme === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY', `http://127.0.0.1:${await freePort()}`);
    expect((await runLeaf(leaf())).status).toMatch(/^ConnectionError: connection refused by the proxy 127/);
    vi.stubEnv('no_proxy', 'localhost, 127.0.0.0/8');
    expect((await runLeaf(leaf())).status).toBe('working');
  });

  it('needs the proxy as well', async () => {
    const [check] = await checksOf({ ...leaf(), proxy: proxy.loginUrl });
    expect(check?.needs).toEqual([`127.0.0.1:${proxy.loginPort}`, new URL(leaf().url).host]);
  });

  it('is not blamed when the proxy of several checks refuses connections', async () => {
    const port = await freePort();
    const dead = { proxy: `http://app:hunter2@127.0.0.1:${port}` };
    const outcomes = await runLeaves({ one: { ...leaf(), ...dead }, other: { ...leaf(), ...dead } });
    for (const { status } of Object.values(outcomes)) {
      expect(status).toMatch(/^ConnectionError: connection refused by the proxy 127\.0\.0\.1:\d+ \(for http /);
      expect(status).toContain(`(like 1 other that needs 127.0.0.1:${port})`);
      expect(status).not.toContain('hunter2');
    }
  });

  it('is not blamed when the proxy asks for a login', async () => {
    const { status } = await runLeaf({ ...leaf(), proxy: `http://127.0.0.1:${proxy.loginPort}` });
    expect(status).toMatch(/^AuthError: the proxy 127\.0\.0\.1:\d+ \(for http .*\) answered 407: it requires cred/);
  });

  it('names the proxy, and no password, when the proxy refuses the login', async () => {
    const { status } = await through(proxy.loginPort);
    expect(status).toMatch(/^AuthError: .*the proxy 127\.0\.0\.1:\d+.* answered 40[17]: it requires credentials/);
    expect(status).not.toContain('hunter2');
  });

  it.each([
    ['hangs up', closesImmediately, /^ConnectionError: connection (closed|reset) by the proxy 127/],
    [
      'does not speak HTTP',
      () => answersGarbage(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')),
      /^UnhealthyError: the proxy 127\.0\.0\.1:\d+ \(for http .*\) does not answer in HTTP/,
    ],
  ])('is not blamed when the proxy %s', async (_name, start, error) => {
    const before = openHandles();
    const { port } = await using(start());
    expect((await through(port)).status).toMatch(error);
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    expect(await settledHandles(before)).toEqual([]);
  });

  it('names the proxy when it does not answer', async () => {
    const before = openHandles();
    const { port } = await using(blackHole());
    const { status } = await through(port, { timeout: 0.4 });
    const when = scheme === 'http:' ? 'for the first byte' : `for the proxy 127.0.0.1:${port} to connect`;
    expect(status).toMatch(/^TimeoutError: no answer within 0\.4 s from http /);
    expect(status).toContain(`while waiting ${when}`);
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    expect(await settledHandles(before)).toEqual([]);
  });
});

/** A proxy for `https:` that does this with each connection that is asked for. Returns its URL. */
async function answeringConnect(answer: (socket: Duplex) => void): Promise<string> {
  const server = createServer();
  server.on('connect', (_request, socket) => {
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({
    stop: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a proxy that answers CONNECT', () => {
  it.each([
    [403, /^AuthError: the proxy .* answered CONNECT with 403: it does not allow connections to http localhost:\d+$/],
    [
      500,
      /^ConnectionError: no connection to http localhost:\d+: the proxy .* answered CONNECT with 500; can .* it\?$/,
    ],
    [
      502,
      /^ConnectionError: no connection to http localhost:\d+: the proxy .* answered CONNECT with 502; can .* it\?$/,
    ],
    [
      503,
      /^ConnectionError: no connection to http localhost:\d+: the proxy .* answered CONNECT with 503; can .* it\?$/,
    ],
    [404, /^UnhealthyError: no connection to .* answered CONNECT with 404, expected 200; is it a proxy\?$/],
  ])('with %d is named with the target', async (code, error) => {
    const url = await answeringConnect((socket) => socket.end(`HTTP/1.1 ${code} No\r\n\r\n`));
    expect((await runLeaf({ ...targets['https:'](), proxy: url })).status).toMatch(error);
  });

  it('cannot lead to another server than the certificate says', async () => {
    const proxy = await answeringConnect((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      pipeline(socket, connect(secure.port, '127.0.0.1'), socket, () => undefined);
    });
    const { status } = await runLeaf({ kind: 'http', url: 'https://api.example/', ca, proxy });
    expect(status).toBe(
      'TLSError: no secure connection to http api.example:443: its certificate is for another host name',
    );
    expect((await runLeaf({ kind: 'http', url: 'https://localhost/json', ca, proxy })).status).toBe('working');
    expect((await runLeaf({ kind: 'http', url: 'https://localhost/json', proxy })).status).toMatch(/^TLSError: /);
  });
});

describe('a proxy that passes on a request', () => {
  it('is named with a status that may be its own', async () => {
    const { port } = await using(fixedAnswer({ status: 502 }));
    const { status } = await runLeaf({ ...targets['http:'](), proxy: `http://127.0.0.1:${port}` });
    expect(status).toMatch(/^UnhealthyError: http .*, asked through the proxy .*, answered 502, expected 2xx$/);
  });

  it('gets the whole URL, and the name of the target as host', async () => {
    const { url, asked } = await using(fixedAnswer({ status: 204 }));
    await runLeaf({ kind: 'http', url: 'http://app:secret@api.example/a?b=c', proxy: url.replace('//', '//u:p@') });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.path).toBe('http://api.example/a?b=c');
    expect(asked[0]?.headers).toMatchObject({
      host: 'api.example',
      authorization: `Basic ${Buffer.from('app:secret').toString('base64')}`,
      'proxy-authorization': `Basic ${Buffer.from('u:p').toString('base64')}`,
    });
  });

  it('is also asked for what a redirect leads to', async () => {
    const answers = [{ status: 302, headers: { location: 'http://other.example/' } }, { status: 204 }];
    const { url, asked } = await using(fixedAnswer((index) => answers[index] ?? { status: 500 }));
    expect((await runLeaf({ kind: 'http', url: 'http://api.example/', proxy: url })).status).toBe('working');
    expect(asked.map(({ path }) => path)).toEqual(['http://api.example/', 'http://other.example/']);
  });
});
