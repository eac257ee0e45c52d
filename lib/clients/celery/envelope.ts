/**
 * Messages as kombu writes them where the broker has no properties of its own, in kombu's `transport/virtual/base.py`.
 * A worker ends, or reconnects, when it gets one that lacks any of this.
 */
import { randomUUID } from 'node:crypto';
import { controlMessage, isObject, parseObject } from './messages.ts';
import type { Canary, RemoteCommand, Reply, ReplyTo } from './messages.ts';

interface Content {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: string;
  /** Beside those that every message has. */
  readonly properties: Readonly<Record<string, unknown>>;
}

function envelope({ headers, content, properties }: Content): string {
  return JSON.stringify({
    body: Buffer.from(content).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers,
    properties: { priority: 0, body_encoding: 'base64', ...properties },
  });
}

/** @param exchange The one on which workers listen for commands. */
export function commandEnvelope(command: RemoteCommand<unknown>, exchange: string, replyTo: ReplyTo): string {
  return envelope({
    headers: { clock: 1 },
    content: controlMessage(command, randomUUID(), replyTo),
    properties: {
      delivery_mode: 1,
      delivery_info: { exchange, routing_key: '' },
      delivery_tag: randomUUID(),
    },
  });
}

/** @param replyTo The queue to which a worker with the result backend `rpc` sends the result. */
export function canaryEnvelope({ message, queue, deliveryTag }: Canary, replyTo = ''): string {
  const { headers, content, correlationId } = message;
  return envelope({
    headers,
    content,
    properties: {
      correlation_id: correlationId,
      reply_to: replyTo,
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      delivery_tag: deliveryTag,
    },
  });
}

/** What a worker sent. Nothing but its envelope is decoded. */
export function replyIn(text: string): Reply {
  const { body, properties, 'content-type': contentType } = parseObject(text);
  const encoding = isObject(properties) && properties.body_encoding === 'base64' ? 'base64' : 'utf8';
  return {
    content: Buffer.from(typeof body === 'string' ? body : '', encoding),
    contentType: typeof contentType === 'string' ? contentType : 'an unknown format',
  };
}
