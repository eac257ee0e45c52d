/** Publishes and consumes messages. */
import type { Channel, ConsumeMessage, Options } from 'amqplib';
import { MAX_SECONDS } from '../../engine/deadline.ts';

export interface OutgoingMessage extends Options.Publish {
  /** The default exchange unless given: it routes to the queue that the routing key names. */
  readonly exchange?: string;
  readonly routingKey: string;
  readonly content: string;
}

/** The broker drops a message that nobody consumes within a run's time, and drops all of them when it stops. */
const TRANSIENT = { expiration: MAX_SECONDS * 1000, deliveryMode: 1 } as const;

/** The arguments of amqplib's `publish`. */
export function publication({ exchange = '', routingKey, content, ...properties }: OutgoingMessage) {
  return [exchange, routingKey, Buffer.from(content), { ...TRANSIENT, ...properties }] as const;
}

/** Publishes without waiting for a confirmation: the reply, or its absence, shows what became of it. */
export function send(channel: Channel, message: OutgoingMessage): void {
  channel.publish(...publication(message));
}

/** Consumes every message of the queue from now on, without acknowledging it. */
export async function consume(channel: Channel, queue: string, take: (message: ConsumeMessage) => void): Promise<void> {
  const takeAny = (message: ConsumeMessage | null) => {
    if (message !== null) take(message); // null: the queue was deleted
  };
  await channel.consume(queue, takeAny, { noAck: true });
}
