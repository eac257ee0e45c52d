/** `healthgate serve --grpc-port` with clients that send too much, end nothing, or speak something else. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectHttp2, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../support/faulty-server.ts';
import { CHECK, grpcurl, serveGrpc, WATCH } from '../support/grpc-clients.ts';
import type { GrpcServed } from '../support/grpc-clients.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const WORKS = { vault: { kind: 'secrets_manager' } };
/** A message without any field. */
const EMPTY = Buffer.alloc(5);
const MIB = 2 ** 20;

async function start(checks: object = WORKS, keys: object = {}): Promise<GrpcServed> {
  const served = await serveGrpc(checks, { keys });
  cleanUps.push(() => served.stop('SIGKILL'));
  return served;
}

async function opened({ address }: GrpcServed): Promise<Socket> {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  cleanUps.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function session({ address }: GrpcServed): Promise<ClientHttp2Session> {
  const client = connectHttp2(`http://${address}`, {
    maxSendHeaderBlockLength: 8 * MIB,
    peerMaxConcurrentStreams: 4000,
  });
  client.on('error', () => undefined);
  cleanUps.push(() => {
    client.destroy();
  });
  await once(client, 'connect');
  return client;
}

function request(client: ClientHttp2Session, method: string, headers: Readonly<Record<string, string>> = {}) {
  const stream = client.request({
    ...{ ':method': 'POST', ':path': `/${method}`, 'content-type': 'application/grpc', te: 'trailers' },
    ...headers,
  });
  stream.on('error', () => undefined);
  return stream;
}

/** The status of a call: gRPC's number, or how the stream or the connection ended without one. */
function statusOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let status: string | undefined;
    const note = (headers: Readonly<Record<string, unknown>>) => {
      if (typeof headers['grpc-status'] === 'string') status = headers['grpc-status'];
    };
    stream.on('response', note).on('trailers', note).resume();
    stream.once('close', () => {
      resolve(status ?? `reset ${String(stream.rstCode)}`);
    });
  });
}

function check(client: ClientHttp2Session, message: Buffer = EMPTY, headers: Readonly<Record<string, string>> = {}) {
  const stream = request(client, CHECK, headers);
  const status = statusOf(stream);
  stream.end(message);
  return status;
}

/** Whether others are answered as ever. */
async function expectServing({ address }: GrpcServed): Promise<void> {
  expect(await grpcurl('-max-time', '10', address, CHECK)).toMatchObject({ code: 0 });
}

/** Bytes of memory that the process holds. */
async function memoryOf({ pid }: GrpcServed): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) * 1024;
}

describe('a call', () => {
  it.each([
    ['metadata of 60 kB', '0', { junk: 'x'.repeat(60_000) }],
    ['a token of 60 kB', '16', { authorization: `Bearer ${'x'.repeat(60_000)}` }],
  ])('with %s is answered', async (_what, status, headers) => {
    expect(await check(await session(await start()), EMPTY, headers)).toBe(status);
  });

  it('with metadata of 4 MB is refused, and others are answered', async () => {
    const served = await start();
    const before = await memoryOf(served);
    expect(await check(await session(served), EMPTY, { junk: 'x'.repeat(4 * MIB) })).toMatch(/^reset/);
    await expectServing(served);
    expect((await memoryOf(served)) - before).toBeLessThan(64 * MIB);
  });

  it('with a thousand entries of metadata is refused or answered, and others are answered', async () => {
    const served = await start();
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x-${String(index)}`, 'x']));
    expect(await check(await session(served), EMPTY, many)).toMatch(/^(reset|0)/);
    await expectServing(served);
  });

  it.each([
    ['8', 'is a message of 1 MB', () => message(MIB)],
    ['8', 'says that a message of 4 GB follows', () => Buffer.from([0, 255, 255, 255, 255])],
    ['13', 'is not a message of the protocol', () => Buffer.from([0, 0, 0, 0, 1, 0x17])],
    ['3', 'names a service of thousands of levels', () => naming('a/'.repeat(4096))],
    ['3', 'names a service with a name of thousands of characters', () => naming('a'.repeat(8192))],
    ['12', 'is compressed in an unknown way', () => Buffer.from([1, 0, 0, 0, 1, 0])],
  ])('ends with status %s where it %s', async (status, _what, bytes) => {
    const served = await start();
    expect(await check(await session(served), bytes(), { 'grpc-encoding': 'unknown' })).toBe(status);
    await expectServing(served);
  });

  it('of a method that does not exist ends as unimplemented', async () => {
    const client = await session(await start());
    const stream = request(client, 'grpc.health.v1.Health/Nope');
    const status = statusOf(stream);
    stream.end(EMPTY);
    expect(await status).toBe('12');
  });
});

/** A message of so many bytes. */
function message(length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, 'x');
  bytes.writeUInt8(0, 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** A `HealthCheckRequest` for a service of 8,192 bytes. */
function naming(service: string): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0x0a, 0x80, 0x40]);
  header.writeUInt32BE(3 + service.length, 1);
  return Buffer.concat([header, Buffer.from(service)]);
}

describe('connections', () => {
  it('that send nothing keep nobody out, however many there are', async () => {
    const served = await start();
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 800 }, () => opened(served)));
      await expectServing(served);
    }
  });

  it.each([
    ['HTTP/1.1', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['TLS', `\x16\x03\x01${'\x00'.repeat(200)}`],
    ['garbage', '\xff'.repeat(70_000)],
    ['half a preface', 'PRI * HTTP/2.0\r\n'],
  ])('that speak %s harm nobody', async (_what, text) => {
    const served = await start();
    for (let count = 0; count < 20; count += 1) (await opened(served)).write(Buffer.from(text, 'latin1'));
    await expectServing(served);
    expect(served.output.err).toBe('');
  });

  it('on which calls are reset as soon as they begin, thousands of times, harm nobody', async () => {
    const served = await start();
    const client = await session(served);
    for (let count = 0; count < 5000 && !client.destroyed; count += 1) {
      request(client, CHECK).close(constants.NGHTTP2_CANCEL);
      if (count % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expectServing(served);
  });
});

describe('thousands of calls at the same time', () => {
  it('cause one run, and those beyond the bound are told to come back', async () => {
    let connections = 0;
    const hole = await startServer({
      tcp(socket) {
        connections += 1;
        socket.resume();
      },
    });
    cleanUps.push(() => hole.stop());
    const silent = { kind: 'redis', url: `redis://127.0.0.1:${String(hole.port)}` };
    const served = await start({ silent }, { timeout: 4 });
    const clients = await Promise.all(Array.from({ length: 4 }, () => session(served)));
    const statuses = await Promise.all(clients.flatMap((client) => Array.from({ length: 500 }, () => check(client))));
    expect([...new Set(statuses)].sort()).toEqual(['0', '8']);
    expect(statuses.filter((status) => status === '0')).toHaveLength(512);
    expect(connections).toBe(1);
    await expectServing(served);
  });

  it('that never send their message are bounded, and others are answered when they end', async () => {
    const served = await start();
    const client = await session(served);
    const ended: string[] = [];
    for (let count = 0; count < 900; count += 1)
      void statusOf(request(client, CHECK)).then((status) => ended.push(status));
    await expect.poll(() => ended, { timeout: 10_000 }).toEqual(Array.from({ length: 900 - 512 }, () => '8'));
    expect((await grpcurl('-max-time', '10', served.address, CHECK)).err).toContain('try again later');
    client.destroy();
    await expectServing(served);
  });

  it('that watch are bounded, and their memory is', async () => {
    const served = await start();
    const before = await memoryOf(served);
    const clients = await Promise.all(Array.from({ length: 3 }, () => session(served)));
    const watching = clients.flatMap((client) =>
      Array.from({ length: 900 }, () => {
        const stream = request(client, WATCH);
        const status = statusOf(stream);
        stream.end(EMPTY);
        return status;
      }),
    );
    expect(await Promise.race(watching)).toBe('8');
    await expectServing(served);
    expect((await memoryOf(served)) - before).toBeLessThan(128 * MIB);
  });
});
