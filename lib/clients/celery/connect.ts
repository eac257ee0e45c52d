/** The brokers that Celery can use, and the keys of every kind that talks to workers. */
import * as v from 'valibot';
import type { Problem } from '../../problem.ts';
import { brokerUrl as amqpUrl } from '../amqp/url.ts';
import { describe, text } from '../keys.ts';
import { redisUrl } from '../redis/url.ts';
import { partKeys, tlsKeys } from '../server-keys.ts';
import { amqp } from './amqp.ts';
import type { CeleryBroker, CeleryConfig, ConnectContext, Transport } from './broker.ts';
import { redis } from './redis.ts';

/** The keys of every kind that talks to workers. */
export const celeryKeys = {
  url: describe(
    brokerUrl(),
    'amqp://user:password@host:5672/vhost, or amqps://…:5671/…; percent-encode the virtual host, / unless given. ' +
      'redis://user:password@host:6379/0, rediss://, or redis+sentinel://…@host:26379,host:26379/master/0.',
  ),
  ...partKeys,
  ...tlsKeys,
  control_exchange: v.optional(
    describe(text(), "The workers' control_exchange, over which they get commands."),
    'celery',
  ),
  key_prefix: v.optional(describe(text(), "Redis: the broker's global_keyprefix, which precedes all of its keys.")),
};

function brokerUrl() {
  return v.pipe(
    v.string(),
    v.regex(
      /^(?:py)?amqps?(?:\+ssl)?:|^librabbitmq:|^rediss?(?:\+sentinel)?:/,
      'expected a URL that starts with amqp://, amqps://, redis://, rediss:// or redis+sentinel://',
    ),
    v.check(
      (text) => v.is(dialectOf(text), text),
      (issue) => v.safeParse(dialectOf(issue.input), issue.input).issues?.[0].message ?? '',
    ),
  );
}

function isRedis(url: string): boolean {
  return url.startsWith('redis');
}

function dialectOf(url: string) {
  return isRedis(url) ? redisUrl() : amqpUrl();
}

function transportOf({ url }: CeleryConfig): Transport {
  return isRedis(url) ? redis : amqp;
}

/** Connects to the broker, or shares the connection of another check in this run. */
export function connectCelery(config: CeleryConfig, context: ConnectContext): Promise<CeleryBroker> {
  return transportOf(config).connect(config, context);
}

/** Names the broker for messages: `rabbitmq mq.example:5672`. */
export function celeryTarget(config: CeleryConfig): string {
  return transportOf(config).target(config);
}

/** The addresses that the broker needs. */
export function celeryNeeds(config: CeleryConfig): readonly string[] {
  return transportOf(config).needs(config);
}

/** Finds a key that means nothing to the broker. */
export function celeryMistake(config: CeleryConfig): Problem | undefined {
  return transportOf(config).mistake?.(config);
}
