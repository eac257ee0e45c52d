/**
 * Celery's messages, in JSON.
 * Sources: https://docs.celeryq.dev/en/stable/internals/protocol.html, kombu's `pidbox.py`, celery's `backends/`.
 */
import { randomUUID } from 'node:crypto';

/** A command that workers answer over remote control. */
export interface RemoteCommand<T> {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Reads one worker's answer; undefined if it makes no sense. */
  read(answer: unknown): T | undefined;
}

export const PING: RemoteCommand<true> = {
  name: 'ping',
  read: (answer) => (isObject(answer) && answer.ok === 'pong' ? true : undefined),
};

/** Asks for the names of the queues that the worker consumes. */
export const ACTIVE_QUEUES: RemoteCommand<ReadonlySet<string>> = {
  name: 'active_queues',
  read: (answer) => (Array.isArray(answer) ? new Set(answer.flatMap(nameOf)) : undefined),
};

function nameOf(queue: unknown): string[] {
  return isObject(queue) && typeof queue.name === 'string' ? [queue.name] : [];
}

/** Asks whether the worker has this task: `reserved` until it starts it, then `active`; '' if it does not have it. */
export function queryTask(id: string): RemoteCommand<string> {
  return {
    name: 'query_task',
    arguments: { ids: [id] },
    read: (answer) => {
      if (!isObject(answer)) return undefined;
      const state: unknown = Array.isArray(answer[id]) ? answer[id][0] : '';
      return typeof state === 'string' ? state : undefined;
    },
  };
}

/** What a worker sent back for a command. */
export interface Reply {
  readonly contentType: string;
  readonly content: Buffer;
}

/** Where workers send a reply. */
export interface ReplyTo {
  readonly exchange: string;
  readonly routing_key: string;
}

/** The body of a broadcast to all workers. */
export function controlMessage(command: RemoteCommand<unknown>, ticket: string, replyTo: ReplyTo): string {
  return JSON.stringify({
    method: command.name,
    arguments: command.arguments ?? {},
    destination: null,
    pattern: null,
    matcher: null,
    ticket,
    reply_to: replyTo,
  });
}

/** A call of a task, in version 2 of the protocol. */
export interface TaskMessage {
  readonly contentType: string;
  readonly contentEncoding: string;
  /** The id of the task. */
  readonly correlationId: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: string;
}

export function taskMessage(id: string, task: string, expiresAt: Date, args: readonly string[] = []): TaskMessage {
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
      argsrepr: args.length === 0 ? '()' : `(${args.map((arg) => `'${arg}', `).join('')})`,
      kwargsrepr: '{}',
      origin: 'healthgate',
      ignore_result: false,
    },
    content: JSON.stringify([args, {}, { callbacks: null, errbacks: null, chain: null, chord: null }]),
  };
}

/** A task that is put on a queue to see whether its result comes back. */
export interface Canary {
  readonly message: TaskMessage;
  readonly queue: string;
  /** Unique, like the id, but for this delivery: the broker keeps it where a worker has not acknowledged it. */
  readonly deliveryTag: string;
  /** Milliseconds after which it expires, both in the broker and in a worker: nobody waits for its result longer. */
  readonly limitMs: number;
  /** The result as JSON, where it is known. */
  readonly result?: string;
}

/** This task is built into every worker, and returns its arguments. */
const BUILT_IN = 'celery.accumulate';
const BUILT_IN_ARGUMENTS = ['x'];

export function canaryOf(task: string, queue: string, limitMs: number): Canary {
  const args = task === BUILT_IN ? BUILT_IN_ARGUMENTS : [];
  const message = taskMessage(randomUUID(), task, new Date(Date.now() + limitMs), args);
  const result = task === BUILT_IN ? { result: JSON.stringify(args) } : {};
  return { message, queue, deliveryTag: randomUUID(), limitMs, ...result };
}

/** How a task has ended. */
export type Outcome = 'success' | 'unknown task' | 'failure' | 'other result' | 'unreadable';

/** Reads what a result backend stores or sends for a task. Undefined while the task has not ended. */
export function outcomeOf(content: Buffer | string, canary: Pick<Canary, 'result'> = {}): Outcome | undefined {
  const stored = parse(content);
  if (stored === undefined) return 'unreadable';
  const { status, result } = isObject(stored) ? stored : {};
  if (status === 'SUCCESS')
    return canary.result === undefined || canary.result === JSON.stringify(result) ? 'success' : 'other result';
  if (status !== 'FAILURE' && status !== 'REVOKED') return undefined;
  return isObject(result) && result.exc_type === 'NotRegistered' ? 'unknown task' : 'failure';
}

/** Parses a JSON object; returns an empty one for anything else. */
export function parseObject(content: Buffer | string): Record<string, unknown> {
  const parsed = parse(content);
  return isObject(parsed) ? parsed : {};
}

/** Undefined if it is not JSON. */
function parse(content: Buffer | string): unknown {
  try {
    return JSON.parse(content.toString()) as unknown;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
