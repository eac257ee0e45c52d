/** A Celery worker whose broker is SQS, in the emulator of AWS. */
import { defineServer } from '../define-server.ts';
import { PYTHON } from '../python.ts';
import { startCelery } from './celery.ts';
import { MOTO_CREDENTIALS } from './moto.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** A worker on these queues of SQS in `aws`. It stores results in a database of `redis`. */
    readonly celerySqs: {
      readonly queue: string;
      /** A FIFO queue. */
      readonly fifo: string;
      /** What precedes the names of the queues in SQS. */
      readonly prefix: string;
      /** Name of a task that takes no arguments and returns 'pong'. */
      readonly task: string;
      readonly resultUrl: string;
    };
  }
}

const QUEUE = 'shop.mails';
const FIFO = 'shop.orders.fifo';
const PREFIX = 'healthgate-';

/** The URL of SQS in the emulator, as Celery has it. */
export function sqsBroker(port: number): string {
  const { accessKeyId, secretAccessKey } = MOTO_CREDENTIALS;
  return `sqs://${accessKeyId}:${secretAccessKey}@127.0.0.1:${port}//`;
}

/**
 * Settings of a worker. The emulator serves one request at a time, so a worker that asks and waits, as they do by
 * default, would keep everybody else out.
 */
export function sqsSettings(region: string, prefix = '') {
  return {
    broker_transport_options: { region, queue_name_prefix: prefix, wait_time_seconds: 0, polling_interval: 0.2 },
  };
}

export default defineServer({
  name: 'celerySqs',
  needs: ['aws', 'redis'],
  python: true,
  async start({ folder, stack }) {
    const { port, region } = stack.aws;
    const resultUrl = new URL('/6', stack.redis.url).href;
    const options = { folder, python: PYTHON, broker: sqsBroker(port), backend: resultUrl, name: 'celery@sqs' };
    const queues = [QUEUE, FIFO];
    const worker = await startCelery({ ...options, queues, settings: sqsSettings(region, PREFIX) });
    return { ...worker, queue: QUEUE, fifo: FIFO, prefix: PREFIX, resultUrl };
  },
});
