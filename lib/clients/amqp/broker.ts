/** An open AMQP 0-9-1 connection, as the checks that share it use it. */
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { connectionClosed } from '../network-errors.ts';
import { brokerError, notAmqp, replyCode } from './errors.ts';
import { publication } from './messages.ts';
import type { OutgoingMessage } from './messages.ts';

/** What the broker's reply codes mean to the caller. */
export type Meanings = Readonly<Record<number, () => CheckError>>;

const LANES = 8;

/** A channel that serves one call after another. */
class Lane {
  channel: Promise<Channel> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  after<T>(call: (lane: this) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => call(this));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

interface Publisher {
  readonly channel: ConfirmChannel;
  /** Rejects when the broker closes the channel. */
  readonly closed: Promise<never>;
}

/** An open connection. Its channels are never closed one by one: they end with it, at the end of the run. */
export class Broker {
  readonly name: string;
  /** As the broker reports it: `3.10.8`. */
  readonly version: string | undefined;
  /** Aborted once no further answer can come, with a `CheckError` as the reason. */
  readonly signal: AbortSignal;
  readonly #model: ChannelModel;
  /** Hidden where the broker quotes it. */
  readonly #password: string | undefined;
  readonly #lanes: Lane[] = [];
  #asked = 0;
  #publisher: Promise<Publisher> | undefined;
  readonly #lost: Promise<never>;

  constructor(model: ChannelModel, name: string, password?: string) {
    this.name = name;
    this.#password = password;
    const { version } = model.connection.serverProperties;
    this.version = typeof version === 'string' ? version : undefined;
    this.#model = model;
    const lost = new AbortController();
    this.signal = lost.signal;
    this.#lost = new Promise((_resolve, reject) => {
      const lose = (error: CheckError) => {
        lost.abort(error);
        reject(error);
      };
      // Without a listener, an `error` would end the process. A broker that shuts down causes only a `close`.
      model.on('error', (error) => {
        lose(brokerError(error, name, password) ?? notAmqp(name));
      });
      model.on('close', (error) => {
        lose(brokerError(error, name, password) ?? connectionClosed(name));
      });
      model.on('blocked', () => {
        lose(new UnhealthyError(`${name}: publishers are blocked by a resource alarm (memory or disk)`));
      });
    });
    this.#lost.catch(() => undefined);
  }

  /**
   * Works on a new channel until the work is done, the broker closes the channel or the connection is lost.
   *
   * @param meanings The reply codes that have a special meaning for this work.
   */
  onChannel<T>(work: (channel: Channel) => Promise<T>, meanings?: Meanings): Promise<T> {
    return this.#work(() => this.#model.createChannel(), work, meanings);
  }

  /** The same, on a channel on which the broker confirms each message. That costs one more round trip. */
  onConfirmChannel<T>(work: (channel: ConfirmChannel) => Promise<T>, meanings?: Meanings): Promise<T> {
    return this.#work(() => this.#model.createConfirmChannel(), work, meanings);
  }

  /**
   * Makes a call that the broker answers immediately. All such calls share a few channels: a channel for each of a
   * thousand checks would cost more than the rest of the run.
   */
  async ask<T>(call: (channel: Channel) => Promise<T>, meanings: Meanings = {}): Promise<T> {
    return this.#nextLane().after(async (lane) => {
      try {
        lane.channel ??= this.#newChannel();
        const channel = await lane.channel;
        return await Promise.race([this.#lost, call(channel)]);
      } catch (error) {
        lane.channel = undefined; // when something does not exist, the broker's answer closes the channel
        throw this.#meaning(error, meanings);
      }
    });
  }

  #nextLane(): Lane {
    const index = this.#asked++ % LANES;
    const lane = this.#lanes[index] ?? new Lane();
    this.#lanes[index] = lane;
    return lane;
  }

  /** Opens the channel for `publish` ahead of time, since that takes two round trips. */
  preparePublishing(): void {
    this.#openPublisher().catch(() => undefined); // `publish` reports the error
  }

  /** Publishes, and waits until the broker confirms the message. All messages go over one channel. */
  async publish(message: OutgoingMessage): Promise<void> {
    try {
      const { channel, closed } = await Promise.race([this.#lost, this.#openPublisher()]);
      await Promise.race([this.#lost, closed, this.publishOn(channel, message)]);
    } catch (error) {
      throw this.#meaning(error, {});
    }
  }

  /** The same on a given channel. */
  publishOn(channel: ConfirmChannel, message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      channel.publish(...publication(message), (refused) => {
        if (refused === null) resolve();
        else reject(new UnhealthyError(`${this.name} rejected a message; is the queue full?`));
      });
    });
  }

  #openPublisher(): Promise<Publisher> {
    this.#publisher ??= this.#model.createConfirmChannel().then((channel) => {
      const closed = new Promise<never>((_resolve, reject) => {
        channel.on('error', (error) => {
          this.#publisher = undefined; // the next message gets a new channel
          reject(error);
        });
      });
      closed.catch(() => undefined); // `publish` reports the error
      return { channel, closed };
    });
    return this.#publisher;
  }

  #meaning(error: unknown, meanings: Meanings): unknown {
    if (this.signal.aborted) return this.signal.reason;
    return meanings[replyCode(error) ?? 0]?.() ?? brokerError(error, this.name, this.#password) ?? error;
  }

  /** For calls only: they reject by themselves when the broker closes the channel. */
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
