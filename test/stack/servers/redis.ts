/** Redis without a password. */
import { defineServer } from '../define-server.ts';
import { freePort } from '../process.ts';
import { REDIS_PACKAGE, startRedisServer } from './shared/redis.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Needs no password. */
    readonly redis: { readonly url: string; readonly port: number };
  }
}

export default defineServer({
  name: 'redis',
  demo: { title: 'Redis, also the cache and the store of Celery’s results' },
  debian: REDIS_PACKAGE,
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const running = await startRedisServer('redis', folder, ['--port', String(port)], { port });
    return { ...running, port, url: `redis://127.0.0.1:${port}/0` };
  },
});
