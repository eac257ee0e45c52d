/** Bad answers over HTTP and WebSocket, where a Flow of Jina should be. The servers are stand-ins. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswer } from '../support/fixed-answer.ts';
import { runLeaf } from '../support/run-leaf.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function statusAt(url: string, port: number, role = 'flow'): Promise<string> {
  const { status, logged } = await runLeaf({ kind: 'jina', url, role, timeout: 1 });
  expect(logged).toBe('');
  return status.replace(`jina ${role} 127.0.0.1:${port}`, 'TARGET');
}

const NOT_JINA = /^UnhealthyError: TARGET did not answer in JSON; is it Jina\?$/;
const error = { code: 1, description: 'no way|Gateway: executor0 is down', exception: { name: 'NetworkError' } };

const ofFlow: Readonly<Record<string, readonly [FixedAnswer, RegExp]>> = {
  'an error under status 200': [
    { status: 200, body: JSON.stringify(error) },
    /^UnhealthyError: the dry run of TARGET failed: NetworkError: executor0 is down; no way$/,
  ],
  'an error without words': [
    { status: 200, body: '{"code":1,"description":"","exception":null}' },
    /^UnhealthyError: the dry run of TARGET failed$/,
  ],
  'an unknown code': [
    { status: 200, body: '{"code":7,"description":"","exception":null}' },
    /^UnhealthyError: the dry run of TARGET failed with the unknown code 7$/,
  ],
  'no code': [
    { status: 200, body: '{}' },
    /^UnhealthyError: TARGET answered with JSON whose code is not as Jina has it; is it Jina\?$/,
  ],
  'a code of another type': [
    { status: 200, body: '{"code":null}' },
    /^UnhealthyError: TARGET answered with JSON whose code is not as Jina has it; is it Jina\?$/,
  ],
  'a description of another type': [
    { status: 200, body: '{"code":1,"description":["s"]}' },
    /^UnhealthyError: TARGET answered with JSON whose description is not as Jina has it; is it Jina\?$/,
  ],
};

const ofAny: typeof ofFlow = {
  'a page of HTML': [
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>It works!</html>' },
    NOT_JINA,
  ],
  'half a body': [{ status: 200, body: '{"code":0,"descr' }, NOT_JINA],
  'a body that breaks off': [
    { status: 200, headers: { 'content-length': '100', connection: 'close' }, body: '{"code":0}' },
    /^(ConnectionError: connection (closed|reset) by|TimeoutError: no answer within 1 s from) TARGET/,
  ],
  'nothing in the body': [{ status: 200 }, NOT_JINA],
  'an array': [
    { status: 200, body: '[]' },
    /^UnhealthyError: TARGET answered with JSON that is no object; is it Jina\?$/,
  ],
  'a text in JSON': [
    { status: 200, body: '"ok"' },
    /^UnhealthyError: TARGET answered with JSON that is no object; is it Jina\?$/,
  ],
  'a body of 3 MB': [
    { status: 200, body: JSON.stringify({ code: 0, description: 'x'.repeat(3_000_000) }) },
    /^UnhealthyError: TARGET sent more than 1/,
  ],
  'an error of HTTP': [
    { status: 503, body: '{"code":0}' },
    /^UnhealthyError: TARGET answered 503, expected 200; is it/,
  ],
  'a redirect to itself': [
    { status: 302, headers: { location: '' } },
    /^UnhealthyError: TARGET redirects more than 10 times$/,
  ],
};

describe.each(Object.entries({ ...ofAny, ...ofFlow }))('%s over HTTP', (_name, [answer, expected]) => {
  test('is reported by a dry run', async () => {
    const { url, port, ...server } = await fixedAnswer(answer);
    stops.push(() => server.stop());
    expect(await statusAt(url, port)).toMatch(expected);
  });
});

describe.each(Object.entries(ofAny))('%s over HTTP', (_name, [answer, expected]) => {
  test.each(['gateway', 'executor'])('is reported by the health of a part that is a(n) %s', async (role) => {
    const { url, port, ...server } = await fixedAnswer(answer);
    stops.push(() => server.stop());
    expect(await statusAt(url, port, role)).toMatch(expected);
  });
});

test('asks below the path of the URL', async () => {
  const { url, port, asked, ...server } = await fixedAnswer({ status: 200, body: '{"code":0}' });
  stops.push(() => server.stop());
  for (const path of ['/flows/a', '/flows/a/']) expect(await statusAt(url + path, port)).toBe('working');
  expect(asked.map(({ path }) => path)).toEqual(['/flows/a/dry_run', '/flows/a/dry_run']);
});

/** A WebSocket server that does this with each connection. Returns its port. */
async function webSocketServer(serve: (socket: WebSocket, raw: (bytes: Buffer) => void) => void): Promise<number> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { socket: raw }) => {
    socket.on('error', () => undefined);
    serve(socket, (bytes) => raw.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const frames: Readonly<Record<string, readonly [(socket: WebSocket, raw: (bytes: Buffer) => void) => void, RegExp]>> = {
  success: [
    (socket) => {
      socket.send('{}');
    },
    /^working$/,
  ],
  'an error by name': [
    (socket) => {
      socket.send(JSON.stringify({ ...error, code: 'ERROR' }));
    },
    /^UnhealthyError: the dry run of TARGET failed: NetworkError: executor0 is down; no way$/,
  ],
  'text that is not JSON': [
    (socket) => {
      socket.send('<html>');
    },
    NOT_JINA,
  ],
  'half of JSON': [
    (socket) => {
      socket.send('{"code":"SUCC');
    },
    NOT_JINA,
  ],
  'a binary message': [
    (socket) => {
      socket.send(Buffer.of(8, 0));
    },
    NOT_JINA,
  ],
  'an array': [
    (socket) => {
      socket.send('[]');
    },
    /^UnhealthyError: TARGET answered with JSON that is no object; is it Jina\?$/,
  ],
  'a code of another type': [
    (socket) => {
      socket.send('{"code":[0]}');
    },
    /^UnhealthyError: TARGET answered with JSON whose code is not as Jina has it; is it Jina\?$/,
  ],
  'the end with a reason': [
    (socket) => {
      socket.close(1011, 'executor0 is down');
    },
    /^UnhealthyError: TARGET closed the connection with code 1011: executor0 is down$/,
  ],
  'the end without a word': [
    (socket) => {
      socket.close();
    },
    /^UnhealthyError: TARGET closed the connection with code 1005$/,
  ],
  'a connection that breaks': [
    (socket) => {
      socket.terminate();
    },
    /^ConnectionError: connection closed by TARGET$/,
  ],
  'a large message': [
    (socket) => {
      socket.send('x'.repeat(1_200_000));
    },
    /^UnhealthyError: TARGET sent more than 1 MiB in one message$/,
  ],
  'a frame that goes on where none has begun': [
    (_socket, raw) => {
      raw(Buffer.of(0x80, 2, 0x7b, 0x7d));
    },
    /^UnhealthyError: TARGET breaks the websocket protocol: WS_ERR_/,
  ],
  'a message within another': [
    (_socket, raw) => {
      raw(Buffer.of(0x01, 1, 0x7b, 0x81, 2, 0x7b, 0x7d));
    },
    /^UnhealthyError: TARGET breaks the websocket protocol: WS_ERR_/,
  ],
  nothing: [() => undefined, /^TimeoutError: no answer within 1 s from TARGET while waiting for the dry run; is an/],
};

test.each(Object.entries(frames))('%s over WebSocket is reported by a dry run', async (_name, [serve, expected]) => {
  const port = await webSocketServer(serve);
  expect(await statusAt(`ws://127.0.0.1:${port}`, port)).toMatch(expected);
});
