/**
 * Memcached, and three others: a second pool, one that is full and may not evict, and one that asks for a login. A
 * fifth server only pretends, because no real one can be made to lose a key at the right moment.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { acceptsTcp, freePort, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';
import { together } from './shared/redis.ts';
import { unprivileged } from './shared/unprivileged.ts';

declare module '../addresses.ts' {
  interface Addresses {
    readonly memcached: {
      readonly url: string;
      readonly port: number;
      /** A second pool. */
      readonly otherPort: number;
      /** A server without room for one more key of the default prefix. */
      readonly fullPort: number;
      /** A server that answers nobody who has not logged in. */
      readonly loginPort: number;
      /**
       * A server that treats keys by their prefix: `evicted:` is gone immediately, `changed:` gets another value,
       * `endless:` gets one without an end, and `gone:` is gone before it is deleted.
       */
      readonly falsePort: number;
    };
  }
}

/** Far more keys than fit into the full server. */
const MAX_KEYS = 200_000;
const KEYS_AT_ONCE = 1000;

export default defineServer({
  name: 'memcached',
  debian: { memcached: ['memcached'] },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const otherPort = before?.otherPort ?? (await freePort());
    const fullPort = before?.fullPort ?? (await freePort());
    const loginPort = before?.loginPort ?? (await freePort());
    const falsePort = before?.falsePort ?? (await freePort());
    const loginFile = join(folder, 'logins');
    await writeFile(loginFile, 'app:memcached-password\n');
    const identity = await unprivileged(folder, ['memcache']);
    const start = (name: string, ownPort: number, ...args: string[]) =>
      startProcess({
        name,
        command: findProgram('memcached') ?? 'memcached',
        args: ['-l', '127.0.0.1', '-p', String(ownPort), '-U', '0', '-t', '1', '-m', '2', ...args],
        folder,
        ...identity,
        ready: () => acceptsTcp(ownPort),
      });
    const running = await Promise.all([
      start('memcached', port),
      start('other', otherPort),
      start('full', fullPort, '-M'),
      start('login', loginPort, '-Y', loginFile),
    ]);
    await fill(fullPort);
    const all = together(running);
    const stopPretending = await pretend(falsePort);
    const stop = async () => {
      await Promise.all([all.stop(), stopPretending()]);
    };
    const ports = { port, otherPort, fullPort, loginPort, falsePort };
    return { ...all, stop, url: `memcached://127.0.0.1:${port}`, ...ports };
  },
});

/** Sets keys of the size that a check sets, until the server has no room for one more. */
async function fill(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const value = randomUUID();
  const set = () => `set healthgate:${randomUUID()} 0 0 ${value.length}\r\n${value}\r\n`;
  try {
    let replies = '';
    let sent = 0;
    const send = () => {
      socket.write(Array.from({ length: KEYS_AT_ONCE }, set).join(''));
      sent += KEYS_AT_ONCE;
      replies = '';
    };
    send();
    for await (const bytes of socket) {
      replies += String(bytes);
      if (replies.split('\n').length <= KEYS_AT_ONCE) continue;
      if (replies.endsWith('SERVER_ERROR out of memory storing object\r\n')) return;
      if (sent > MAX_KEYS) break;
      send();
    }
    throw new Error('the server that should be full is not');
  } finally {
    socket.destroy();
  }
}

/** Starts the server that pretends. Returns what ends it. */
async function pretend(port: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the check may leave in the middle of an answer
    socket.on('close', () => sockets.delete(socket));
    let value = '';
    socket.on('data', (bytes) => {
      const [command = '', block = ''] = bytes.toString().split('\r\n');
      if (block !== '') value = block;
      socket.write(falseAnswer(command, value));
    });
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server.close(), 'close');
  };
}

function falseAnswer(command: string, value: string): string {
  const [verb, key = ''] = command.split(' ');
  if (verb === 'version') return 'VERSION 1.6.0\r\n';
  if (verb === 'set') return 'STORED\r\n';
  if (verb === 'delete') return key.startsWith('gone:') ? 'NOT_FOUND\r\n' : 'DELETED\r\n';
  if (key.startsWith('evicted:')) return 'END\r\n';
  if (key.startsWith('endless:')) return `VALUE ${key} 0 ${value.length}\r\n${'x'.repeat(100_000)}`;
  const got = key.startsWith('changed:') ? randomUUID() : value;
  return `VALUE ${key} 0 ${got.length}\r\n${got}\r\nEND\r\n`;
}
