/** Bodies that do not end, break off, or are encoded, and cookies of redirects, as servers send them. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { fixedAnswer } from '../support/fixed-answer.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { runLeaf } from '../support/run-leaf.ts';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server that sends these headers, then does this with the connection. Returns its URL. */
async function sending(headers: readonly string[], then: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(`${['HTTP/1.1 200 OK', ...headers].join('\r\n')}\r\n\r\n`);
      then(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const trickle = (socket: Socket) => {
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => {
    clearInterval(timer);
  });
};
const breakOff = (socket: Socket) => socket.write('x', () => socket.resetAndDestroy());

const endings = {
  'does not end': {
    headers: ['content-length: 1000000'],
    then: trickle,
    error: /^TimeoutError: .* while reading the body/,
  },
  'never comes': {
    headers: ['content-length: 5'],
    then: () => undefined,
    error: /^TimeoutError: no answer within 0\.4 s from .* while reading the body; it answered 200$/,
  },
  'breaks off': {
    headers: ['content-length: 5'],
    then: breakOff,
    error: /^ConnectionError: connection reset by /,
  },
  'is in an unknown encoding': {
    headers: ['content-encoding: compress', 'content-length: 5'],
    then: (socket: Socket) => socket.end('12345'),
    error: /^UnhealthyError: .* sent a body in the encoding compress, which cannot be decoded$/,
  },
};

describe.each(Object.entries(endings))('a body that %s', (_name, { headers, then, error }) => {
  it.each(['http', 'cloudfront'])('is not read by the kind %s where nothing is expected of it', async (kind) => {
    const before = openHandles();
    const url = await sending([...headers, 'x-amz-cf-id: 1'], then);
    const { status, result } = await runLeaf({ kind, url, timeout: 0.4 });
    expect(status).toBe('working');
    expect(result.observed.map(({ name }) => name)).not.toContain('size');
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    expect(await settledHandles(before)).toEqual([]);
  });

  it.each([
    ['http', { body: 'ok' }],
    ['http', { json: {} }],
    ['cloudfront', { body: 'ok' }],
  ])('fails the kind %s where something is expected of it: %j', async (kind, expected) => {
    const url = await sending([...headers, 'x-amz-cf-id: 1'], then);
    expect((await runLeaf({ kind, url, expect: expected, timeout: 0.4 })).status).toMatch(error);
  });

  it('is not read where the answer is a redirect', async () => {
    const server = await fixedAnswer({ status: 200, body: 'ok' });
    const redirecting = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(`HTTP/1.1 302 Found\r\nlocation: ${server.url}/\r\n${headers.join('\r\n')}\r\n\r\n`);
        then(socket);
      });
    });
    servers.push(redirecting);
    redirecting.listen(0, '127.0.0.1');
    await new Promise((resolve) => redirecting.once('listening', resolve));
    const { port } = redirecting.address() as AddressInfo;
    const leaf = { kind: 'http', url: `http://127.0.0.1:${port}/`, expect: { body: 'ok' }, timeout: 0.4 };
    expect((await runLeaf(leaf)).status).toBe('working');
    await server.stop();
  });
});

const TEXT = '{"status":"grün"}';
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

describe('an encoded body', () => {
  it.each<[name: string, headers: string[], body: Buffer]>([
    ['with a byte order mark', [], Buffer.from(`\ufeff${TEXT}`)],
    ['in gzip', ['content-encoding: gzip'], gzipSync(TEXT)],
    ['in gzip, written in capitals', ['Content-Encoding: GZIP'], gzipSync(TEXT)],
    ['in deflate', ['content-encoding: deflate'], deflateSync(TEXT)],
    ['in deflate without a header of zlib', ['content-encoding: deflate'], deflateRawSync(TEXT)],
    ['in Brotli', ['content-encoding: br'], brotliCompressSync(TEXT)],
    ['that was encoded twice', ['content-encoding: gzip, br'], brotliCompressSync(gzipSync(TEXT))],
    [
      'that was encoded twice, last as raw deflate',
      ['content-encoding: br, deflate'],
      deflateRawSync(brotliCompressSync(TEXT)),
    ],
    ['that is not encoded, and says so', ['content-encoding: identity'], Buffer.from(TEXT)],
    ['in Latin-1', ['content-type: application/json; charset=ISO-8859-1'], Buffer.from(TEXT, 'latin1')],
    ['in UTF-16', ['content-type: application/json;charset="utf-16le"'], utf16(TEXT)],
    ['in big-endian UTF-16', ['content-type: application/json; charset=UTF-16BE'], swapped(utf16(TEXT))],
    ['in UTF-16 with a byte order mark', [], utf16(`\ufeff${TEXT}`)],
    [
      'in big-endian UTF-16 with a byte order mark',
      ['content-type: text/plain; charset=utf-16'],
      swapped(utf16(`\ufeff${TEXT}`)),
    ],
  ])('%s is decoded', async (_name, headers, body) => {
    const url = await sending([...headers, `content-length: ${body.length}`], (socket) => socket.end(body));
    const leaf = { kind: 'http', url, expect: { body: 'grün', json: { status: 'grün' } } };
    expect((await runLeaf(leaf)).status).toBe('working');
  });

  const gzipped = gzipSync('x'.repeat(1000) + TEXT);
  const corrupted = Buffer.from(gzipped);
  corrupted.fill(0xff, 12, 20);
  it.each<[name: string, headers: string[], body: Buffer, error: RegExp]>([
    ['corrupt gzip', ['content-encoding: gzip'], corrupted, /cannot be decoded: it is not intact gzip$/],
    ['gzip that is cut off', ['content-encoding: gzip'], gzipped.subarray(0, -9), /: it is not intact gzip$/],
    ['text that claims to be gzip', ['content-encoding: gzip'], Buffer.from(TEXT), /: it is not intact gzip$/],
    ['text that claims to be deflate', ['content-encoding: deflate'], Buffer.from(TEXT), /: it is not intact deflate$/],
    ['text that claims to be Brotli', ['content-encoding: br'], Buffer.from(TEXT), /: it is not intact br$/],
    [
      'one unknown encoding of two',
      ['content-encoding: compress, gzip'],
      gzipSync(TEXT),
      /in the encoding compress, gzip, which cannot/,
    ],
    [
      'very many encodings',
      [`content-encoding: ${'gzip,'.repeat(99)}`],
      gzipSync(TEXT),
      /in the encoding gzip,gzip,.*…, which/,
    ],
    [
      'an unknown charset',
      ['content-type: text/plain; charset=klingon'],
      Buffer.from(TEXT),
      /in the charset klingon, which cannot be/,
    ],
    ['no body at all', ['content-encoding: gzip'], Buffer.alloc(0), /the body does not contain the expected text$/],
  ])('with %s is named', async (_name, headers, body, error) => {
    const url = await sending([...headers, `content-length: ${body.length}`], (socket) => socket.end(body));
    const { status, logged } = await runLeaf({ kind: 'http', url, expect: { body: 'grün' } });
    expect(status).toMatch(/^UnhealthyError: /);
    expect(status).toMatch(error);
    expect(logged).toBe('');
  });
});

describe('a cookie that a redirect sets', () => {
  const redirect = (location: string) => ({
    status: 302,
    headers: { location, 'set-cookie': ['session=1; Path=/; HttpOnly', 'seen=2'] },
  });

  it('is sent to the same host, after the cookies of the check', async () => {
    const server = await fixedAnswer((index) => (index === 0 ? redirect('/home') : { status: 200 }));
    const leaf = { kind: 'http', url: `${server.url}/login`, headers: { Cookie: 'own=0' } };
    expect((await runLeaf(leaf)).status).toBe('working');
    expect(server.asked.map(({ headers }) => headers.cookie)).toEqual(['own=0', 'own=0; session=1; seen=2']);
    await server.stop();
  });

  it('is not sent to another host', async () => {
    const other = await fixedAnswer({ status: 200 });
    const server = await fixedAnswer(redirect(other.url.replace('127.0.0.1', 'localhost')));
    expect((await runLeaf({ kind: 'http', url: server.url })).status).toBe('working');
    expect(other.asked.map(({ headers }) => headers.cookie)).toEqual([undefined]);
    await Promise.all([server.stop(), other.stop()]);
  });
});
