/** RabbitMQ as Celery's broker. */
import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import { answered } from '../../engine/connections.ts';
import type { Opened } from '../../engine/connections.ts';
import type { CheckContext } from '../../engine/types.ts';
import { UnhealthyError } from '../../errors.ts';
import { consume, send } from '../amqp/messages.ts';
import type { OutgoingMessage } from '../amqp/messages.ts';
import type { Broker } from '../amqp/broker.ts';
import { brokerAddress, brokerOf, connectBroker } from '../amqp/connect.ts';
import { brokerMistake, brokersOf } from '../amqp/url.ts';
import type { CeleryBroker, CeleryConfig, Go, QueueState, Taker, Trace, Transport } from './broker.ts';
import { controlMessage, outcomeOf } from './messages.ts';
import type { Canary, Outcome, RemoteCommand } from './messages.ts';

export const amqp: Transport = {
  title: 'RabbitMQ',
  isTwoWay: true,
  target: brokerOf,
  needs: (config) => [brokerAddress(config)],
  mistake: brokerMistake,
  connect: async (config, context) => new AmqpBroker(config, await connectBroker(config, context), context),
};

/** RabbitMQ's pseudo-queue for replies: https://www.rabbitmq.com/docs/direct-reply-to */
const REPLY_TO = 'amq.rabbitmq.reply-to';

class AmqpBroker implements CeleryBroker {
  readonly name: string;
  readonly key: string;
  readonly #broker: Broker;
  readonly #context: Pick<CheckContext, 'share'>;
  readonly #control: string;

  constructor(config: CeleryConfig, broker: Broker, context: Pick<CheckContext, 'share'>) {
    this.name = broker.name;
    this.key = JSON.stringify([brokersOf(config), config.ca, config.control_exchange]);
    this.#broker = broker;
    this.#context = context;
    this.#control = `${config.control_exchange}.pidbox`;
  }

  async broadcast(command: RemoteCommand<unknown>, taker: Taker): Promise<Opened<undefined>> {
    const broker = this.#broker;
    // The mailbox's channel ends with the connection, which every check that waits for answers uses as well.
    const mailbox = await this.#context.share(JSON.stringify(['celery mailbox', this.key]), async () =>
      answered(await broker.onChannel((channel) => Mailbox.open(broker, channel, this.#control))),
    );
    broker.signal.addEventListener('abort', () => {
      taker.lose(broker.signal.reason);
    });
    mailbox.broadcast(command, taker);
    return answered(undefined);
  }

  /** The declaration is passive: a check must not create the queue. */
  async inspect(queue: string): Promise<QueueState> {
    const meanings = {
      404: () => new UnhealthyError(`queue ${queue} does not exist`),
      405: () => new UnhealthyError(`queue ${queue} is exclusive to another connection`),
    };
    const found = await this.#broker.ask((channel) => channel.checkQueue(queue), meanings);
    return { depth: found.messageCount, consumers: found.consumerCount };
  }

  async send(canary: Canary, go: Go): Promise<void> {
    this.#broker.preparePublishing();
    await go();
    await this.#broker.publish(outgoing(canary));
  }

  call(canary: Canary, go: Go, sent: () => void): Promise<Outcome> {
    return this.#broker.onConfirmChannel(async (channel) => {
      let receive: (outcome: Outcome) => void;
      const received = new Promise<Outcome>((resolve) => (receive = resolve));
      await consume(channel, REPLY_TO, ({ content, properties }) => {
        const isIts = properties.correlationId === canary.message.correlationId;
        const outcome = isIts ? outcomeOf(content, canary) : undefined;
        if (outcome !== undefined) receive(outcome);
      });
      await go();
      await this.#broker.publishOn(channel, { ...outgoing(canary), replyTo: REPLY_TO });
      sent();
      return received;
    });
  }

  /** Of a queue's messages, the broker tells only how many wait. The canary came last, and vanishes when it expires. */
  async trace({ queue }: Canary): Promise<Trace> {
    return { place: (await this.inspect(queue)).depth > 0 ? 'queue' : 'neither' };
  }

  unacknowledged(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

function outgoing({ message, queue, limitMs }: Canary): OutgoingMessage {
  return { ...message, routingKey: queue, expiration: Math.ceil(limitMs) };
}

/** Milliseconds after which the broker deletes a reply queue that nobody reads. */
const REPLY_QUEUE_EXPIRES_MS = 10_000;

/** The queue to which the workers send all their replies. */
class Mailbox {
  readonly #channel: Channel;
  readonly #control: string;
  readonly #replyTo: string;
  readonly #takers = new Map<unknown, Taker>();

  /** @param control The exchange on which workers listen for commands. */
  private constructor(channel: Channel, control: string, replyTo: string) {
    this.#channel = channel;
    this.#control = control;
    this.#replyTo = replyTo;
  }

  static async open(broker: Broker, channel: Channel, control: string): Promise<Mailbox> {
    const replyTo = randomUUID();
    const mailbox = new Mailbox(channel, control, replyTo);
    const replies = replyExchange(control);
    const queueOptions = { exclusive: true, durable: false, autoDelete: true, expires: REPLY_QUEUE_EXPIRES_MS };
    const nobody = new UnhealthyError(`no worker listens at ${broker.name}: exchange ${control} does not exist`);
    // Concurrently, on separate channels: on a shared one, each call would wait for the answer to the one before.
    const [{ queue }] = await Promise.all([
      channel.assertQueue(`${replyTo}.${replies}`, queueOptions),
      broker.ask((other) => other.assertExchange(replies, 'direct', { durable: false, autoDelete: false })),
      broker.ask((other) => other.checkExchange(control), { 404: () => nobody }),
    ]);
    await Promise.all([
      consume(channel, queue, (message) => {
        mailbox.#take(message);
      }),
      broker.ask((other) => other.bindQueue(queue, replies, replyTo)),
    ]);
    return mailbox;
  }

  #take({ content, properties }: ConsumeMessage): void {
    const contentType: unknown = properties.contentType;
    this.#takers
      .get(properties.headers?.ticket)
      ?.add({ content, contentType: typeof contentType === 'string' ? contentType : 'an unknown format' });
  }

  broadcast(command: RemoteCommand<unknown>, taker: Taker): void {
    const ticket = randomUUID();
    this.#takers.set(ticket, taker);
    send(this.#channel, {
      exchange: this.#control,
      routingKey: '',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: { clock: 1 },
      content: controlMessage(command, ticket, {
        exchange: replyExchange(this.#control),
        routing_key: this.#replyTo,
      }),
    });
  }
}

/** Celery's name for the exchange over which workers reply. */
function replyExchange(control: string): string {
  return `reply.${control}`;
}
