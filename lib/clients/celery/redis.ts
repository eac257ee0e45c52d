/**
 * Redis as Celery's broker, in kombu's own format: https://docs.celeryq.dev/projects/kombu/en/stable/ (transport.redis).
 * A message that kombu cannot read ends the worker, so envelopes are written exactly as kombu writes them.
 */
import { randomUUID } from 'node:crypto';
import type { Opened } from '../../engine/connections.ts';
import { UnhealthyError } from '../../errors.ts';
import { connectRedis, redisNeeds, redisTarget } from '../redis/client.ts';
import type { RedisNode } from '../redis/node.ts';
import { addressOf, redisMistake } from '../redis/url.ts';
import type { CeleryBroker, CeleryConfig, ConnectContext, Go, QueueState, Taker, Trace, Transport } from './broker.ts';
import { canaryEnvelope, commandEnvelope, replyIn } from './envelope.ts';
import { outcomeOf } from './messages.ts';
import type { Canary, Outcome, RemoteCommand } from './messages.ts';
import { poll } from './poll.ts';
import { ReplyList, transaction } from './reply-list.ts';
import type { Command } from './reply-list.ts';

export const redis: Transport = {
  title: 'Redis',
  isTwoWay: true,
  target: redisTarget,
  needs: redisNeeds,
  mistake: redisMistake,
  connect: async (config, context) => new RedisBroker(config, await connectRedis(config, context), context),
};

/** Kombu's default `sep` and `priority_steps`: a queue is a list for each step, whose name ends in the step. */
const SEPARATOR = '\x06\x16';
const PRIORITIES = ['', ...[3, 6, 9].map((step) => `${SEPARATOR}${String(step)}`)];

/**
 * Replies go over an exchange of ours, since the bindings of Celery's own never expire. Its name changes every
 * minute, so that what an interrupted check leaves behind expires although others go on. The names come round again,
 * because each worker remembers every exchange that it has seen.
 */
const SLOTS = 16;
const SLOT_S = 60;
/** Seconds that a binding outlives its minute, and a reply list its binding: longer than any check takes. */
const OUTLIVES_S = 60;
/** Seconds in which the result of a canary may come that nobody waits for any more: as long as Celery's own results. */
const RESULT_EXPIRES_S = 86_400;

class RedisBroker implements CeleryBroker {
  readonly name: string;
  readonly key: string;
  readonly #config: CeleryConfig;
  readonly #node: RedisNode;
  readonly #context: ConnectContext;
  readonly #prefix: string;
  /** Canaries as they were put on their queues: they are found by their text. */
  readonly #sent = new Map<Canary, string>();

  constructor(config: CeleryConfig, node: RedisNode, context: ConnectContext) {
    this.name = node.name;
    this.key = JSON.stringify([addressOf(config), config.ca, config.key_prefix, config.control_exchange]);
    this.#config = config;
    this.#node = node;
    this.#context = context;
    this.#prefix = config.key_prefix ?? '';
  }

  async broadcast(command: RemoteCommand<unknown>, taker: Taker): Promise<Opened<number>> {
    const now = Date.now() / 1000;
    const exchange = `healthgate.reply.${String(Math.floor(now / SLOT_S) % SLOTS)}`;
    const expiresInS = Math.ceil(SLOT_S - (now % SLOT_S)) + OUTLIVES_S;
    const replyTo = { exchange, routing_key: randomUUID() };
    const queue = `${replyTo.routing_key}.${exchange}`;
    const binding = [
      `${this.#prefix}_kombu.binding.${exchange}`,
      [replyTo.routing_key, '', queue].join(SEPARATOR),
    ] as const;
    const replies = new ReplyList(this.#node, this.#prefix + queue);
    const control = `${this.#config.control_exchange}.pidbox`;
    // Publish/subscribe knows no databases, so kombu puts the database's number into the channel's name.
    const channel = `/${String(addressOf(this.#config).database)}.${control}`;
    const answers = await this.#reached(
      transaction(this.#node, [
        ['SADD', ...binding],
        ['EXPIRE', binding[0], expiresInS],
        ...replies.creation(expiresInS + OUTLIVES_S),
        ['PUBLISH', this.#prefix + channel, commandEnvelope(command, control, replyTo)],
      ]),
    );
    const listeners = Number(answers.at(-1));
    const end = new AbortController();
    const opened: Opened<number> = {
      value: listeners,
      close: () => {
        end.abort();
        // If the list were removed, a late reply would create it again, without an expiry.
        const removal = replies.taken >= listeners ? [replies.removal()] : [];
        return transaction(this.#node, [['SREM', ...binding], ...removal]);
      },
      destroy: () => {
        end.abort();
      },
    };
    if (listeners === 0) {
      await opened.close();
      throw new UnhealthyError(`no worker listens at ${this.name}: nobody has subscribed to ${this.#prefix}${channel}`);
    }
    const take = async () => {
      for (const item of await replies.next()) taker.add(replyIn(item));
      return replies.taken >= listeners || undefined;
    };
    poll(take, end.signal).catch((error: unknown) => {
      taker.lose(error);
    });
    return opened;
  }

  async inspect(queue: string): Promise<QueueState> {
    const lists = PRIORITIES.map((priority) => this.#node.call('LLEN', this.#prefix + queue + priority));
    const lengths = await this.#reached(Promise.all(lists));
    const depth = lengths.reduce<number>((sum, length) => sum + Number(length), 0);
    if (!Number.isSafeInteger(depth)) throw new UnhealthyError(`${this.name} did not answer LLEN with a number`);
    return { depth };
  }

  async send(canary: Canary, go: Go): Promise<void> {
    await go();
    await this.#put(canary, []);
  }

  async call(canary: Canary, go: Go, sent: () => void): Promise<Outcome> {
    await go();
    const replyTo = `healthgate.result.${canary.message.correlationId}`;
    const replies = new ReplyList(this.#node, this.#prefix + replyTo);
    await this.#put(canary, replies.creation(RESULT_EXPIRES_S), replyTo);
    sent();
    const outcome = await poll(async () => {
      const [item] = await replies.next();
      return item === undefined ? undefined : outcomeOf(replyIn(item).content, canary);
    }, this.#context.signal);
    await this.#node.call(...replies.removal());
    return outcome;
  }

  async #put(canary: Canary, before: readonly Command[], replyTo?: string): Promise<void> {
    this.#context.signal.throwIfAborted();
    const envelope = canaryEnvelope(canary, replyTo);
    this.#sent.set(canary, envelope);
    await this.#reached(transaction(this.#node, [...before, ['LPUSH', this.#prefix + canary.queue, envelope]]));
  }

  /** Both commands are written before the first is answered, since an aborted check does not get any further. */
  async trace(canary: Canary): Promise<Trace> {
    const envelope = this.#sent.get(canary);
    if (envelope === undefined) return { place: 'neither' };
    const [removed, held] = await Promise.all([
      this.#node.call('LREM', this.#prefix + canary.queue, 1, envelope),
      this.#node.call('HEXISTS', this.#unacked, canary.deliveryTag).catch(() => undefined),
    ]);
    if (removed === 1) return { place: 'queue' };
    return { place: held === 1 ? 'worker' : 'neither' };
  }

  async unacknowledged(): Promise<number> {
    return Number(await this.#node.call('HLEN', this.#unacked).catch(() => 0)) || 0;
  }

  /** The hash of unacknowledged messages. A user who may not read it gets messages that say less. */
  get #unacked(): string {
    return `${this.#prefix}unacked`;
  }

  async #reached<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    for (const address of redisNeeds(this.#config)) this.#context.reached(address);
    return value;
  }
}
