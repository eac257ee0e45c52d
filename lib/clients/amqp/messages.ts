/** Messages as they are published and taken. */
import type { Channel, ConsumeMessage, Options } from 'amqplib';
import { MAX_SECONDS } from '../../engine/deadline.ts';

export interface OutgoingMessage extends Options.Publish {
  /** The default exchange unless given, which takes the name of a queue for a routing key. */
  readonly exchange?: string;
  readonly routingKey: string;
  readonly content: string;
}

/** A message is dropped where nobody takes it within a run's time, and when the broker stops. */
const PASSING = { expiration: MAX_SECONDS * 1000, deliveryMode: 1 } as const;

/** What amqplib's `publish` takes. */
export function publication({ exchange = '', routingKey, content, ...properties }: OutgoingMessage) {
  return [exchange, routingKey, Buffer.from(content), { ...PASSING, ...properties }] as const;
}

/** Publishes without waiting for the broker: what comes of it will tell. */
export function send(channel: Channel, message: OutgoingMessage): void {
  channel.publish(...publication(message));
}

/** Takes every message of the queue from now on, without acknowledgement. */
export async function consume(channel: Channel, queue: string, take: (message: ConsumeMessage) => void): Promise<void> {
  const takeAny = (message: ConsumeMessage | null) => {
    if (message !== null) take(message); // null: the queue was deleted
  };
  await channel.consume(queue, takeAny, { noAck: true });
}
