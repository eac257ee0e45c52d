/** How the server answers requests for another protocol: over WebSocket where it can, otherwise over HTTP. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../lib/http/app.ts';
import type { Response } from '../../lib/http/messages.ts';
import { close, createHttpServer, listen } from '../../lib/http/server.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { deferred } from '../support/part.ts';
import { webSocketAnswer } from '../support/websocket-answer.ts';

const PLAIN: Response = { status: 418, headers: { 'content-type': 'text/plain' }, body: 'over HTTP' };
const SPEAKING: Response = {
  ...PLAIN,
  webSocket: { messages: { json: '{}', bytes: new Uint8Array() }, code: 1000, reason: '' },
};

let server: Server | undefined;

afterEach(async () => {
  if (server !== undefined) await close(server);
  server = undefined;
});

/** The port of a server whose app answers this. */
async function serving(answer: Response | App): Promise<string> {
  server = createHttpServer(typeof answer === 'function' ? answer : () => Promise.resolve(answer));
  return new URL(await listen(server, '127.0.0.1', 0)).port;
}

/** Sends the lines of a request, and returns all that comes until the connection ends. */
async function raw(port: string, ...lines: readonly string[]): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write([...lines, 'Host: test', '', ''].join('\r\n'));
  return text(socket);
}

const HANDSHAKE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

describe('a WebSocket', () => {
  it.each([
    ['no subprotocol', [], '', '{}'],
    ['json', ['json'], 'json', '{}'],
    ['bytes', ['bytes'], 'bytes', Buffer.alloc(0)],
    ['an unknown one and bytes', ['other', 'bytes'], 'bytes', Buffer.alloc(0)],
  ])('is answered for %s, and closed', async (_name, protocols, protocol, message) => {
    const port = await serving(SPEAKING);
    const answered = { messages: [message], code: 1000, reason: '', protocol };
    expect(await webSocketAnswer(`ws://127.0.0.1:${port}/`, protocols)).toEqual(answered);
  });

  it.each([['x'.repeat(200)], ['é'.repeat(100)], ['日'.repeat(100)], ['🎉'.repeat(100)]])(
    'is closed with as much of the reason as a frame may hold: %s',
    async (reason) => {
      const webSocket = { messages: { json: undefined }, code: 1011, reason };
      const port = await serving({ ...PLAIN, webSocket });
      const answered = await webSocketAnswer(`ws://127.0.0.1:${port}/`);
      expect(answered).toMatchObject({ messages: [], code: 1011 });
      expect(reason.startsWith(answered.reason)).toBe(true);
      expect(Buffer.byteLength(answered.reason)).toBeGreaterThan(119);
    },
  );

  it('is ended when the client sends without end', async () => {
    const port = await serving(SPEAKING);
    const before = openHandles();
    const client = new WebSocket(`ws://127.0.0.1:${port}/`);
    client.on('error', () => undefined);
    await once(client, 'open');
    const flood = setInterval(() => {
      client.send(Buffer.alloc(1024 * 1024), () => undefined);
    }, 1);
    await once(client, 'close');
    clearInterval(flood);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('is ended when the client does not close it', async () => {
    const port = await serving(SPEAKING);
    const received = await raw(port, 'GET / HTTP/1.1', ...HANDSHAKE, KEY);
    expect(received).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('is refused where the handshake is wrong', async () => {
    const port = await serving(SPEAKING);
    expect(await raw(port, 'GET / HTTP/1.1', ...HANDSHAKE)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(port, 'POST / HTTP/1.1', ...HANDSHAKE, KEY)).toMatch(/^HTTP\/1\.1 405 /);
  });

  it('whose request is being answered when the server ends is answered', async () => {
    const response = deferred<Response>();
    const asked = deferred();
    const port = await serving(() => {
      asked.resolve();
      return response.promise;
    });
    const answer = webSocketAnswer(`ws://127.0.0.1:${port}/`);
    await asked.promise;
    const closed = server && close(server);
    response.resolve(SPEAKING);
    expect(await answer).toMatchObject({ code: 1000 });
    await closed;
    server = undefined;
  });
});

describe('a request for another protocol', () => {
  it.each([
    ['a WebSocket where there is none', PLAIN, ['GET / HTTP/1.1', ...HANDSHAKE, KEY]],
    ['HTTP/2', SPEAKING, ['GET / HTTP/1.1', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: ']],
  ])('is answered over HTTP for %s', async (_name, response, lines) => {
    const received = await raw(await serving(response), ...lines);
    expect(received).toMatch(/^HTTP\/1\.1 418 .*\r\ncontent-type: text\/plain\r\n/);
    expect(received).toMatch(/\r\nconnection: close\r\n/i);
    expect(received).toMatch(/\r\n\r\nover HTTP$/);
  });

  it('is answered without a body for HEAD', async () => {
    const received = await raw(await serving(PLAIN), 'HEAD / HTTP/1.1', ...HANDSHAKE, KEY);
    expect(received).toMatch(/^HTTP\/1\.1 418 [^]*\r\n\r\n$/);
  });

  it('is answered over HTTP although it has a body that nobody reads', async () => {
    const port = await serving(PLAIN);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(['POST / HTTP/1.1', ...HANDSHAKE, 'Host: test', 'Content-Length: 3000000', '', ''].join('\r\n'));
    socket.write(Buffer.alloc(3_000_000));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 418 [^]*over HTTP$/);
  });
});
