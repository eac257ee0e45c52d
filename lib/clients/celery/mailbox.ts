/** Sends remote-control commands to workers, and passes on their replies. */
import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import { answered } from '../../engine/connections.ts';
import type { CheckContext } from '../../engine/types.ts';
import { UnhealthyError } from '../../errors.ts';
import { consume, send } from '../amqp/messages.ts';
import type { Broker, Meanings } from '../amqp/broker.ts';
import type { BrokerConfig } from '../amqp/connect.ts';
import { Answers } from './answers.ts';
import { CONTROL_EXCHANGE, controlMessage, REPLY_EXCHANGE } from './messages.ts';
import type { RemoteCommand } from './messages.ts';

/** Milliseconds after which the broker deletes a reply queue that nobody reads. */
const REPLY_QUEUE_EXPIRES_MS = 10_000;
const MAX_REPLY_BYTES = 1024 * 1024;

/** Asks every worker, or shares the same question of another check in this run. The answers come in later. */
export function askWorkers<T>(
  command: RemoteCommand<T>,
  config: BrokerConfig,
  broker: Broker,
  context: CheckContext,
): Promise<Answers<T>> {
  const connection = [config.url, config.ca];
  // The mailbox's channel ends with the connection, which every check that waits for answers uses as well.
  const openMailbox = async () => answered(await broker.onChannel((channel) => Mailbox.open(broker, channel)));
  return context.share(JSON.stringify(['celery', command.name, ...connection]), async () => {
    const mailbox = await context.share(JSON.stringify(['celery mailbox', ...connection]), openMailbox);
    const answers = new Answers<T>(broker.signal);
    mailbox.broadcast(command.name, (reply) => {
      answers.add(reply, command);
    });
    return answered(answers);
  });
}

/** The queue to which the workers send all their replies. */
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
    // Concurrently, on separate channels: on a shared one, each call would wait for the answer to the one before.
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

  /** @param take Called with each reply to this command. */
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
