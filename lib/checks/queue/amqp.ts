/** The AMQP 0-9-1 connection that the checks of a run share for each broker, and what its failures mean. */
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, Options, SocketOptions } from 'amqplib';
import type { Opened } from '../../engine/connections.ts';
import { AuthError, ConfigurationError, ConnectionError, UnhealthyError } from '../../engine/errors.ts';
import type { CheckError } from '../../engine/errors.ts';
import { connectionClosed, networkError } from '../../engine/network-errors.ts';
import type { CheckContext } from '../../types.ts';
import { drivers } from '../drivers/index.ts';
import { caKey, describe, hostOf, MAX_SECONDS, url } from '../kind.ts';

/** The keys of every kind that goes to a broker. */
export const brokerKeys = {
  url: describe(
    url('amqp', 'amqps'),
    'amqp://user:password@host:5672/vhost, or amqps://…:5671/…; the virtual host percent-encoded, / unless given.',
  ),
  ...caKey,
};

export interface BrokerConfig {
  readonly url: string;
  readonly ca?: string | undefined;
}

/** Names the broker for messages: `rabbitmq mq.example:5672`. */
export function brokerOf(url: string): string {
  return `rabbitmq ${hostOf(url, url.startsWith('amqps:') ? 5671 : 5672)}`;
}

/** What a reply code of the broker means to the one who asked. */
export type Meanings = Readonly<Record<number, () => CheckError>>;

/** Connects, or shares the connection of another check of this run. */
export async function connectBroker(config: BrokerConfig, context: CheckContext): Promise<Broker> {
  context.stage('opening the connection');
  const key = JSON.stringify(['amqp', config.url, config.ca]);
  const broker = await context.connect(key, (signal) => open(config, signal));
  context.stage('opening a channel');
  return broker;
}

export interface OutgoingMessage extends Options.Publish {
  /** The default exchange unless given, which takes the name of a queue for a routing key. */
  readonly exchange?: string;
  readonly routingKey: string;
  readonly content: string;
}

const LANES = 8;

/** A channel on which one question follows the other. */
class Lane {
  channel: Promise<Channel> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  after<T>(question: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(question);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

interface Publisher {
  readonly channel: ConfirmChannel;
  /** Rejects when the broker closes the channel. */
  readonly closed: Promise<never>;
}

/** An open connection. Its channels are never closed by themselves: they end with it, when the run does. */
export class Broker {
  readonly name: string;
  /** Aborted, with a `CheckError` as the reason, once no answer can come any more. */
  readonly signal: AbortSignal;
  readonly #model: ChannelModel;
  readonly #lanes: Lane[] = [];
  #asked = 0;
  #publisher: Promise<Publisher> | undefined;
  readonly #lost: Promise<never>;

  constructor(model: ChannelModel, name: string) {
    this.name = name;
    this.#model = model;
    const lost = new AbortController();
    this.signal = lost.signal;
    this.#lost = new Promise((_resolve, reject) => {
      const lose = (error: CheckError) => {
        lost.abort(error);
        reject(error);
      };
      // An `error` that nobody listens to would end the process. Not every loss comes as one: a broker that stops sends `close` alone.
      model.on('error', (error) => {
        lose(brokerError(error, name) ?? garbage(name));
      });
      model.on('close', (error) => {
        lose(brokerError(error, name) ?? connectionClosed(name));
      });
      model.on('blocked', () => {
        lose(new UnhealthyError(`${name}: publishers are blocked by a resource alarm (memory or disk)`));
      });
    });
    this.#lost.catch(() => undefined);
  }

  /**
   * Works on a new channel, until the work is done, the broker closes the channel or the connection is lost.
   *
   * @param meanings For reply codes that mean something particular to this work.
   */
  onChannel<T>(work: (channel: Channel) => Promise<T>, meanings?: Meanings): Promise<T> {
    return this.#work(() => this.#model.createChannel(), work, meanings);
  }

  /** The same, on a channel on which the broker confirms what it has taken. That costs one more round trip. */
  onConfirmChannel<T>(work: (channel: ConfirmChannel) => Promise<T>, meanings?: Meanings): Promise<T> {
    return this.#work(() => this.#model.createConfirmChannel(), work, meanings);
  }

  /**
   * Asks something that the broker answers at once, on one of a few channels that all such questions share: a channel for each of
   * a thousand checks would cost more than the rest of the run.
   */
  async ask<T>(question: (channel: Channel) => Promise<T>, meanings: Meanings = {}): Promise<T> {
    const lane = this.#lanes[this.#asked++ % LANES] ?? (this.#lanes[this.#lanes.length] = new Lane());
    return lane.after(async () => {
      try {
        lane.channel ??= this.#newChannel();
        const channel = await lane.channel;
        return await Promise.race([this.#lost, question(channel)]);
      } catch (error) {
        lane.channel = undefined; // the broker closes a channel with the answer that something does not exist
        throw this.#meaning(error, meanings);
      }
    });
  }

  /** Opens the channel that `publish` uses, which takes two round trips, ahead of time. */
  preparePublishing(): void {
    this.#openPublisher().catch(() => undefined); // who publishes is told
  }

  /** Publishes, and waits until the broker has taken the message. All messages go over one channel. */
  async publish(message: OutgoingMessage): Promise<void> {
    try {
      const { channel, closed } = await Promise.race([this.#lost, this.#openPublisher()]);
      await Promise.race([this.#lost, closed, this.publishOn(channel, message)]);
    } catch (error) {
      throw this.#meaning(error, {});
    }
  }

  /** The same on a given channel, for who minds which. */
  publishOn(channel: ConfirmChannel, message: OutgoingMessage): Promise<void> {
    const { exchange = '', routingKey, content, ...properties } = message;
    return new Promise((resolve, reject) => {
      channel.publish(exchange, routingKey, Buffer.from(content), { ...PASSING, ...properties }, (refused) => {
        if (refused === null) resolve();
        else reject(new UnhealthyError(`${this.name} did not take a message; is the queue full?`));
      });
    });
  }

  #openPublisher(): Promise<Publisher> {
    this.#publisher ??= this.#model.createConfirmChannel().then((channel) => {
      const closed = new Promise<never>((_resolve, reject) => {
        channel.on('error', (error) => {
          this.#publisher = undefined; // the next message goes over another one
          reject(error);
        });
      });
      closed.catch(() => undefined); // who publishes is told
      return { channel, closed };
    });
    return this.#publisher;
  }

  #meaning(error: unknown, meanings: Meanings): unknown {
    if (this.signal.aborted) return this.signal.reason;
    return meanings[replyCode(error) ?? 0]?.() ?? brokerError(error, this.name) ?? error;
  }

  /** For questions only, which reject by themselves when the broker closes the channel. */
  async #newChannel(): Promise<Channel> {
    const channel = await this.#model.createChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  async #work<C extends Channel, T>(
    open: () => Promise<C>,
    work: (channel: C) => Promise<T>,
    meanings: Meanings = {},
  ): Promise<T> {
    const opened = async (): Promise<T> => {
      const channel = await open();
      const closed = new Promise<never>((_resolve, reject) => channel.on('error', reject));
      return Promise.race([closed, work(channel)]);
    };
    try {
      return await Promise.race([this.#lost, opened()]);
    } catch (error) {
      throw this.#meaning(error, meanings);
    }
  }
}

/** A message is dropped where nobody takes it within a run's time, and when the broker stops. */
const PASSING = { expiration: MAX_SECONDS * 1000, deliveryMode: 1 } as const;

/** Publishes without waiting for the broker: what comes of it will tell. */
export function send(channel: Channel, { exchange = '', routingKey, content, ...properties }: OutgoingMessage): void {
  channel.publish(exchange, routingKey, Buffer.from(content), { ...PASSING, ...properties });
}

/** Takes every message of the queue from now on, without acknowledgement. */
export async function consume(channel: Channel, queue: string, take: (message: ConsumeMessage) => void): Promise<void> {
  const takeAny = (message: ConsumeMessage | null) => {
    if (message !== null) take(message); // null: the queue was deleted
  };
  await channel.consume(queue, takeAny, { noAck: true });
}

async function open({ url, ca }: BrokerConfig, signal: AbortSignal): Promise<Opened<Broker>> {
  const name = brokerOf(url);
  const address = { ...addressOf(url), heartbeat: 0 }; // a run is over before the first beat is due
  const { connect } = await drivers.amqplib();
  signal.throwIfAborted(); // a socket that is born aborted connects nevertheless, and stays
  const end = new AbortController();
  const socket: SocketOptions & { signal: AbortSignal } = {
    noDelay: true, // else Nagle and delayed acknowledgements add 40 ms
    signal: AbortSignal.any([signal, end.signal]),
    clientProperties: { connection_name: 'healthgate' },
    ...(ca !== undefined && { ca }),
  };
  let model: ChannelModel;
  try {
    model = await connect(address, socket);
  } catch (error) {
    throw networkError(error, name) ?? handshakeError(error, name);
  }
  const destroy = () => {
    end.abort();
  };
  return { value: new Broker(model, name), close: () => model.close(), destroy };
}

/** The parts of the URL. amqplib's own parser mistakes percent-encoded UTF-8 for Latin-1. */
function addressOf(url: string): Options.Connect {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    protocol: protocol.slice(0, -1),
    hostname: decode(hostname, url).replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    ...((username !== '' || password !== '') && {
      username: decode(username, url),
      password: decode(password, url),
    }),
    vhost: pathname.slice(1),
  };
}

function decode(part: string, url: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigurationError(`the URL of ${brokerOf(url)} holds a % that is not part of a percent-encoding`);
  }
}

/** amqplib gives the errors of its handshake no code: what the broker said stands in the text alone. */
function handshakeError(error: unknown, name: string): CheckError {
  const text = error instanceof Error ? error.message : '';
  const code = /^Handshake terminated by server: (\d{3}) /.exec(text)?.[1];
  if (code === '403') return new AuthError(`${name} refused the user or the password`);
  if (code !== undefined) return new UnhealthyError(`${name} ended the handshake with reply code ${code}`);
  if (text.includes('<ConnectionClose '))
    return new ConfigurationError(`${name} has no such virtual host, or the user may not enter it`);
  return closedAbruptly(text) ? connectionClosed(name) : garbage(name);
}

/** By reply code: https://www.rabbitmq.com/docs/specification, "Reply codes". */
function brokerError(error: unknown, name: string): CheckError | undefined {
  const network = networkError(error, name);
  if (network !== undefined) return network;
  const code = replyCode(error);
  if (code === 320) return new ConnectionError(`${name} closed the connection: it stops, or an operator closed it`);
  if (code === 403) return new AuthError(`${name}: the user lacks a permission on the virtual host`);
  if (code === 530) return new ConfigurationError(`${name} does not allow this to the user`);
  if (code !== undefined) return new UnhealthyError(`${name} failed with reply code ${String(code)}`);
  if (!(error instanceof Error)) return undefined;
  return error.name === 'IllegalOperationError' || closedAbruptly(error.message) ? connectionClosed(name) : undefined;
}

function replyCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** A connection that ended without a word has no code either, before and after the handshake. */
function closedAbruptly(text: string): boolean {
  return text.startsWith('Socket closed abruptly') || text === 'Unexpected close';
}

function garbage(name: string): CheckError {
  return new UnhealthyError(`${name} does not answer as an AMQP 0-9-1 broker does; is it the right port?`);
}
