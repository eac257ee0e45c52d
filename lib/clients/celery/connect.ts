/** The brokers that Celery can use, and the keys of every kind that talks to workers. */
import * as v from 'valibot';
import { ConfigurationError } from '../../errors.ts';
import type { Problem } from '../../problem.ts';
import { brokerUrl as amqpUrl } from '../amqp/url.ts';
import { amqpDialect } from '../dialects/amqp.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { redisDialect } from '../dialects/redis.ts';
import { sqsDialect } from '../dialects/sqs.ts';
import { describe, text } from '../keys.ts';
import { redisUrl } from '../redis/url.ts';
import { partKeys, tlsKeys } from '../server-keys.ts';
import { amqp } from './amqp.ts';
import { isTwoWay } from './broker.ts';
import type { Broker, CeleryBroker, CeleryConfig, ConnectContext, Transport } from './broker.ts';
import { redis } from './redis.ts';
import { sqs, sqsUrl } from './sqs.ts';

const URLS =
  'amqp://user:password@host:5672/vhost, or amqps://…:5671/…; percent-encode the virtual host, / unless given. ' +
  'redis://user:password@host:6379/0, rediss://, or redis+sentinel://…@host:26379,host:26379/master/0.';

/** Celery knows no cluster of Redis. */
const REDIS_SCHEME = /^rediss?(?:\+sentinel)?$/;
const redisSchemes = Object.entries(redisDialect.schemes).filter(([scheme]) => REDIS_SCHEME.test(scheme));

/** How the URLs of brokers over which workers answer are written. */
export const twoWayDialects: readonly Dialect[] = [
  amqpDialect,
  { ...redisDialect, schemes: Object.fromEntries(redisSchemes) },
];

/** The same of all brokers. */
export const celeryDialects: readonly Dialect[] = [...twoWayDialects, sqsDialect];

const SCHEMES = celeryDialects.flatMap(({ schemes }) => Object.keys(schemes).map((name) => name.replace('+', '\\+')));

/** The keys of every kind that talks to workers. */
export const celeryKeys = {
  url: describe(brokerUrl(), URLS, 'amqp://user:password@mq.example:5672/shop'),
  ...partKeys,
  ...tlsKeys,
  control_exchange: v.optional(
    describe(text(), "The workers' control_exchange, over which they get commands.", 'shop'),
    'celery',
  ),
  key_prefix: v.optional(
    describe(text(), "Redis: the broker's global_keyprefix, which precedes all of its keys.", 'shop:'),
  ),
};

/** The URL of a broker to which a task is sent. */
export const queueUrlKey = {
  url: describe(
    brokerUrl(),
    `${URLS} sqs://, or sqs://access-key:secret-key@ with both percent-encoded.`,
    'amqp://user:password@mq.example:5672/shop',
  ),
};

function brokerUrl() {
  return v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^(${SCHEMES.join('|')}):`),
      'expected a URL that starts with amqp://, amqps://, redis://, rediss://, redis+sentinel:// or sqs://',
    ),
    v.check(
      (text) => v.is(brokerFor(text).schema, text),
      (issue) => v.safeParse(brokerFor(issue.input).schema, issue.input).issues?.[0].message ?? '',
    ),
  );
}

interface BrokerUrl {
  readonly scheme: RegExp;
  readonly schema: v.GenericSchema<string>;
  readonly transport: Transport;
}

const AMQP: BrokerUrl = { scheme: /^/, schema: amqpUrl(), transport: amqp };
const OTHERS: readonly BrokerUrl[] = [
  { scheme: /^redis/, schema: redisUrl(), transport: redis },
  { scheme: /^sqs:/, schema: sqsUrl(), transport: sqs },
];

function brokerFor(url: string): BrokerUrl {
  return OTHERS.find(({ scheme }) => scheme.test(url)) ?? AMQP;
}

function transportOf({ url }: CeleryConfig): Transport {
  return brokerFor(url).transport;
}

/** Connects to the broker, or shares the connection of another check in this run. */
export function connectCelery(config: CeleryConfig, context: ConnectContext): Promise<Broker> {
  return transportOf(config).connect(config, context);
}

/** The same for a check that is about the workers' answers. */
export async function connectTwoWay(config: CeleryConfig, context: ConnectContext): Promise<CeleryBroker> {
  const broker = await connectCelery(config, context);
  if (!isTwoWay(broker)) throw new ConfigurationError(`workers cannot answer over ${broker.name}`);
  return broker;
}

/** The name of the broker, `SQS`, if workers cannot answer over it. */
export function oneWayBroker(config: CeleryConfig): string | undefined {
  const { isTwoWay, title } = transportOf(config);
  return isTwoWay ? undefined : title;
}

/** Names the broker for messages: `rabbitmq mq.example:5672`. */
export function celeryTarget(config: CeleryConfig): string {
  return transportOf(config).target(config);
}

/** The addresses that the broker needs. */
export function celeryNeeds(config: CeleryConfig): readonly string[] {
  return transportOf(config).needs(config);
}

/** The keys that only one broker has. */
const ONLY: Readonly<Partial<Record<keyof CeleryConfig, Transport>>> = {
  key_prefix: redis,
  region: sqs,
  endpoint: sqs,
  queue_prefix: sqs,
};

/** Finds keys that are wrong together, or mean nothing to the broker. */
export function celeryMistake(config: CeleryConfig): Problem | undefined {
  const transport = transportOf(config);
  for (const [path, owner] of Object.entries(ONLY)) {
    if (owner !== transport && config[path as keyof CeleryConfig] !== undefined)
      return { path, message: `only for a broker on ${owner.title}` };
  }
  return transport.mistake?.(config);
}
