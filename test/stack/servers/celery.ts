/** A Celery worker that comes back by itself when its broker does. */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '../process.ts';
import type { Running } from '../process.ts';

export interface CeleryOptions {
  readonly folder: string;
  /** Interpreter that has Celery: see requirements.txt. */
  readonly python: string;
  /** AMQP URL of the broker. */
  readonly broker: string;
  /** Where results go: `rpc://`, or the URL of a Redis. */
  readonly backend: string;
  readonly queues: readonly string[];
  /** Name of the worker: `celery@stack`. */
  readonly name?: string;
}

export interface CeleryWorker extends Running {
  readonly worker: string;
  readonly queues: readonly string[];
  /** Name of a task that returns 'pong'. */
  readonly task: string;
}

const TASKS = join(import.meta.dirname, '../celery');
const TASK = 'healthgate.ping';

export async function startCelery(options: CeleryOptions): Promise<CeleryWorker> {
  const { folder, python, broker, backend, queues, name: worker = 'celery@stack' } = options;
  const readyFile = join(folder, 'ready');
  await rm(readyFile, { force: true });
  const running = await startProcess({
    name: 'celery',
    command: python,
    args: [
      ...['-m', 'celery', '--app', 'tasks', 'worker', '--hostname', worker, '--queues', queues.join(',')],
      ...['--pool', 'prefork', '--concurrency', '1', '--loglevel', 'INFO'],
      ...['--without-gossip', '--without-mingle', '--without-heartbeat'], // nobody else is there to talk to
    ],
    folder,
    env: {
      PYTHONPATH: TASKS,
      PYTHONDONTWRITEBYTECODE: '1',
      CELERY_BROKER_URL: broker,
      CELERY_RESULT_BACKEND: backend,
      CELERY_READY_FILE: readyFile,
    },
    ready: () => access(readyFile),
    stopSignal: 'SIGQUIT', // at once: SIGTERM waits for its tasks
  });
  return { ...running, worker, queues, task: TASK };
}
