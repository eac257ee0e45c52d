/**
 * Celery's messages, with its default names: the control exchange `celery.pidbox`, JSON, results without a key prefix.
 * Sources: https://docs.celeryq.dev/en/stable/internals/protocol.html, kombu's `pidbox.py`, celery's `backends/`.
 */

export const CONTROL_EXCHANGE = 'celery.pidbox';
export const REPLY_EXCHANGE = 'reply.celery.pidbox';

/** A command that workers answer over remote control. */
export interface RemoteCommand<T> {
  readonly name: string;
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

/** The key under which a Redis result backend stores the result of a task. */
export function resultKey(id: string): string {
  return `celery-task-meta-${id}`;
}

/** How a task has ended; undefined while it has not. */
export type Outcome = 'success' | 'unknown task' | 'failure' | undefined;

/** Reads what a result backend stores or sends for a task. */
export function outcomeOf(content: Buffer | string): Outcome {
  const { status, result } = parseObject(content);
  if (status === 'SUCCESS') return 'success';
  if (status !== 'FAILURE' && status !== 'REVOKED') return undefined;
  return isObject(result) && result.exc_type === 'NotRegistered' ? 'unknown task' : 'failure';
}

/** Parses a JSON object; returns an empty one for anything else. */
export function parseObject(content: Buffer | string): Record<string, unknown> {
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
