/**
 * What Celery says on the wire, with its default names: the control exchange `celery.pidbox`, JSON, results without a key prefix.
 * Sources: https://docs.celeryq.dev/en/stable/internals/protocol.html, kombu's `pidbox.py`, celery's `backends/`.
 */
import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import { answered } from '../../engine/connections.ts';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import type { BrokerConfig } from '../amqp/connect.ts';
import { consume, send } from '../amqp/broker.ts';
import type { Broker, Meanings } from '../amqp/broker.ts';

/** A question that workers answer over remote control. */
export interface Question<T> {
  readonly command: string;
  /** What one worker's answer says; undefined where it is none. */
  read(answer: unknown): T | undefined;
}

export const PING: Question<true> = {
  command: 'ping',
  read: (answer) => (isObject(answer) && answer.ok === 'pong' ? true : undefined),
};

/** The names of the queues that the worker consumes. */
export const ACTIVE_QUEUES: Question<ReadonlySet<string>> = {
  command: 'active_queues',
  read: (answer) => (Array.isArray(answer) ? new Set(answer.flatMap(nameOf)) : undefined),
};

function nameOf(queue: unknown): string[] {
  return isObject(queue) && typeof queue.name === 'string' ? [queue.name] : [];
}

const CONTROL_EXCHANGE = 'celery.pidbox';
const REPLY_EXCHANGE = 'reply.celery.pidbox';
/** Milliseconds after which the broker deletes a queue of replies that is not read any more. */
const REPLY_QUEUE_EXPIRES_MS = 10_000;
const MAX_REPLY_BYTES = 1024 * 1024;
const MAX_WORKERS = 10_000;

/** What the workers have answered to one broadcast so far. It grows as long as the run lasts, for every check that asks the same. */
export class Answers<T> {
  readonly byWorker = new Map<string, T>();
  readonly #watchers = new Set<() => void>();
  /** Aborted, with the error as the reason, once no answer can come any more. */
  readonly #lost: AbortSignal;

  constructor(lost: AbortSignal) {
    this.#lost = lost;
    lost.addEventListener('abort', () => {
      this.#look();
    });
  }

  /** Takes one reply. What is not a reply to the question is ignored, as are replies beyond what a healthy broker could send. */
  add(content: Buffer, question: Question<T>): void {
    for (const [worker, answer] of Object.entries(parseObject(content))) {
      const read = question.read(answer);
      if (read !== undefined && this.byWorker.size < MAX_WORKERS) this.byWorker.set(worker, read);
    }
    this.#look();
  }

  /**
   * Resolves once there is enough, or with `false` when there is not after `waitMs` milliseconds.
   * Rejects with the reason of the signal, or of the loss of the broker.
   */
  async until(enough: () => boolean, waitMs: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    this.#lost.throwIfAborted();
    if (enough()) return true;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (this.#lost.aborted) reject(this.#lost.reason as Error);
        else if (enough()) resolve(true);
        else return;
        stop();
      };
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', look);
        this.#watchers.delete(look);
      };
      const timer = setTimeout(() => {
        stop();
        resolve(false);
      }, waitMs);
      signal.addEventListener('abort', look);
      this.#watchers.add(look);
    });
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

/** Asks every worker at once, or shares what another check of this run has asked. The answers come in later. */
export function askWorkers<T>(
  question: Question<T>,
  config: BrokerConfig,
  broker: Broker,
  context: CheckContext,
): Promise<Answers<T>> {
  const of = [config.url, config.ca];
  // Their channel ends with the connection, which everyone who waits for answers uses as well.
  const openMailbox = async () => answered(await broker.onChannel((channel) => Mailbox.open(broker, channel)));
  return context.connect(JSON.stringify(['celery', question.command, ...of]), async () => {
    const mailbox = await context.connect(JSON.stringify(['celery mailbox', ...of]), openMailbox);
    const answers = new Answers<T>(broker.signal);
    mailbox.broadcast(question.command, (reply) => {
      answers.add(reply, question);
    });
    return answered(answers);
  });
}

/** The queue to which the workers reply, whatever they are asked. */
class Mailbox {
  readonly #channel: Channel;
  readonly #replyKey: string;
  readonly #takers = new Map<unknown, (reply: Buffer) => void>();

  private constructor(channel: Channel, replyKey: string) {
    this.#channel = channel;
    this.#replyKey = replyKey;
  }

  static async open(broker: Broker, channel: Channel): Promise<Mailbox> {
    const replyKey = randomUUID();
    const mailbox = new Mailbox(channel, replyKey);
    const queueOptions = { exclusive: true, durable: false, autoDelete: true, expires: REPLY_QUEUE_EXPIRES_MS };
    // At once, each on a channel of its own: on one channel, each would wait for the answer to the one before.
    const [{ queue }] = await Promise.all([
      channel.assertQueue(`${replyKey}.${REPLY_EXCHANGE}`, queueOptions),
      broker.ask((other) => other.assertExchange(REPLY_EXCHANGE, 'direct', { durable: false, autoDelete: false })),
      broker.ask((other) => other.checkExchange(CONTROL_EXCHANGE), nobodyListens(broker)),
    ]);
    await Promise.all([
      consume(channel, queue, ({ content, properties }) => {
        if (content.length <= MAX_REPLY_BYTES) mailbox.#takers.get(properties.headers?.ticket)?.(content);
      }),
      broker.ask((other) => other.bindQueue(queue, REPLY_EXCHANGE, replyKey)),
    ]);
    return mailbox;
  }

  /** @param take Is given each reply to this command. */
  broadcast(command: string, take: (reply: Buffer) => void): void {
    const ticket = randomUUID();
    this.#takers.set(ticket, take);
    send(this.#channel, {
      exchange: CONTROL_EXCHANGE,
      routingKey: '',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: { clock: 1 },
      content: controlMessage(command, ticket, this.#replyKey),
    });
  }
}

const nobodyListens = ({ name }: Broker): Meanings => ({
  404: () => new UnhealthyError(`no worker listens at ${name}: exchange ${CONTROL_EXCHANGE} does not exist`),
});

/** The body of a broadcast to all workers. */
export function controlMessage(command: string, ticket: string, replyKey: string): string {
  return JSON.stringify({
    method: command,
    arguments: {},
    destination: null,
    pattern: null,
    matcher: null,
    ticket,
    reply_to: { exchange: REPLY_EXCHANGE, routing_key: replyKey },
  });
}

/** A call of a task without arguments, in version 2 of the protocol. */
export function taskMessage(id: string, task: string, expiresAt: Date) {
  return {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    correlationId: id,
    headers: {
      lang: 'py',
      task,
      id,
      root_id: id,
      parent_id: null,
      group: null,
      retries: 0,
      eta: null,
      // Python before 3.11 does not understand `Z`.
      expires: expiresAt.toISOString().replace('Z', '+00:00'),
      timelimit: [null, null],
      argsrepr: '()',
      kwargsrepr: '{}',
      origin: 'healthgate',
      ignore_result: false,
    },
    content: JSON.stringify([[], {}, { callbacks: null, errbacks: null, chain: null, chord: null }]),
  };
}

/** The key under which a Redis result backend holds the result of a task. */
export function resultKey(id: string): string {
  return `celery-task-meta-${id}`;
}

/** How a task has ended; undefined as long as it has not. */
export type Outcome = 'success' | 'unknown task' | 'failure' | undefined;

/** Reads what a result backend holds or sends for a task. */
export function outcomeOf(content: Buffer | string): Outcome {
  const { status, result } = parseObject(content);
  if (status === 'SUCCESS') return 'success';
  if (status !== 'FAILURE' && status !== 'REVOKED') return undefined;
  return isObject(result) && result.exc_type === 'NotRegistered' ? 'unknown task' : 'failure';
}

/**
 * Milliseconds to wait for workers until it is their silence that the check reports, a little before its time is up.
 * Where connecting has eaten half of the time, the silence proves nothing, and the time may run out.
 *
 * @param limitMs What the check has in all.
 * @param leftMs  What is left of it.
 */
export function patience(limitMs: number, leftMs: number): number {
  return leftMs < limitMs / 2 ? limitMs : leftMs - Math.min(100, limitMs / 10);
}

function parseObject(content: Buffer | string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(content.toString());
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
