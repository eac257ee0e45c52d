/** Redis without a password. */
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort } from '../process.ts';
import { REDIS_PACKAGE, startRedisServer } from './shared/redis.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Needs no password. */
    readonly redis: { readonly url: string; readonly port: number; readonly socket: string };
  }
}

export default defineServer({
  name: 'redis',
  demo: { title: 'Redis, also the cache and the store of Celery’s results' },
  debian: REDIS_PACKAGE,
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const socket = join(folder, 'redis.sock');
    const args = ['--port', String(port), '--unixsocket', socket];
    const running = await startRedisServer('redis', folder, args, { port });
    return { ...running, port, socket, url: `redis://127.0.0.1:${port}/0` };
  },
});
