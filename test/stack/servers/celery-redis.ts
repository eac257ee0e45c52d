/** A Celery worker whose broker is Redis. */
import { defineServer } from '../define-server.ts';
import { PYTHON } from '../python.ts';
import { startCelery } from './celery.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** A worker on this queue of a database of `redis`. It stores results in another database of the same server. */
    readonly celeryRedis: {
      readonly url: string;
      readonly worker: string;
      readonly queue: string;
      /** Name of a task that takes no arguments and returns 'pong'. */
      readonly task: string;
      readonly resultUrl: string;
    };
  }
}

const QUEUE = 'mails';

export default defineServer({
  name: 'celeryRedis',
  needs: ['redis'],
  python: true,
  async start({ folder, stack }) {
    const database = (number: number) => new URL(`/${String(number)}`, stack.redis.url).href;
    const [url, resultUrl] = [database(4), database(5)];
    const options = { folder, python: PYTHON, broker: url, backend: resultUrl, name: 'celery@redis' };
    const worker = await startCelery({ ...options, queues: [QUEUE] });
    return { ...worker, url, queue: QUEUE, resultUrl };
  },
});
