/** A Celery worker that reconnects by itself when its broker comes back. */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { PYTHON } from '../python.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** A worker on these queues of `rabbitmq`. It stores results in `redis`, and also answers over RPC. */
    readonly celery: {
      readonly worker: string;
      readonly queues: readonly string[];
      /** Name of a task that takes no arguments and returns 'pong'. */
      readonly task: string;
      readonly resultUrl: string;
    };
  }
}

export interface CeleryOptions {
  readonly folder: string;
  /** An interpreter that has Celery: see requirements.txt. */
  readonly python: string;
  /** URL of the broker: RabbitMQ or Redis. */
  readonly broker: string;
  /** Where results go: `rpc://`, or the URL of a Redis. */
  readonly backend: string;
  readonly queues: readonly string[];
  /** Name of the worker. `celery@stack` by default. */
  readonly name?: string;
  readonly pool?: 'prefork' | 'solo';
  /** Celery's settings: https://docs.celeryq.dev/en/stable/userguide/configuration.html */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface CeleryWorker extends Running {
  readonly worker: string;
  readonly queues: readonly string[];
  /** Name of a task that returns 'pong'. */
  readonly task: string;
}

const TASKS_FOLDER = join(import.meta.dirname, 'programs');
const TASKS_MODULE = 'celery_tasks';
const TASK = 'healthgate.ping';
const QUEUES = ['high_priority', 'medium_priority', 'low_priority'];

export async function startCelery(options: CeleryOptions): Promise<CeleryWorker> {
  const { folder, python, broker, backend, queues, pool = 'prefork', settings = {} } = options;
  const { name: worker = 'celery@stack' } = options;
  const readyFile = join(folder, 'ready');
  await rm(readyFile, { force: true });
  const running = await startProcess({
    name: 'celery',
    command: python,
    args: [
      ...['-m', 'celery', '--app', TASKS_MODULE, 'worker', '--hostname', worker, '--queues', queues.join(',')],
      ...['--pool', pool, '--concurrency', '1', '--loglevel', 'INFO'],
      ...['--without-gossip', '--without-mingle', '--without-heartbeat'], // there are no other workers to talk to
    ],
    folder,
    env: {
      PYTHONPATH: TASKS_FOLDER,
      PYTHONDONTWRITEBYTECODE: '1',
      C_FORCE_ROOT: 'true', // otherwise a worker that root starts refuses to read pickle
      CELERY_BROKER_URL: broker,
      CELERY_RESULT_BACKEND: backend,
      CELERY_READY_FILE: readyFile,
      CELERY_SETTINGS: JSON.stringify(settings),
    },
    ready: () => access(readyFile),
    stopSignal: 'SIGQUIT', // ends immediately; SIGTERM would wait for running tasks
  });
  return { ...running, worker, queues, task: TASK };
}

export default defineServer({
  name: 'celery',
  demo: { title: 'a Celery worker on three queues' },
  needs: ['rabbitmq', 'redis'],
  python: true,
  async start({ folder, stack }) {
    const resultUrl = stack.redis.url;
    const options = { folder, python: PYTHON, broker: stack.rabbitmq.url, backend: resultUrl, queues: QUEUES };
    return { ...(await startCelery(options)), resultUrl };
  },
});
