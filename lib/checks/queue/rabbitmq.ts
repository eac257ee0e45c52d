import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import { amqpDialect } from '../../clients/dialects/amqp.ts';
import { describe } from '../../clients/keys.ts';
import { brokerAddress, brokerKeys, brokerOf, connectBroker } from '../../clients/amqp/connect.ts';
import { brokerMistake } from '../../clients/amqp/url.ts';
import { partKeys } from '../../clients/server-keys.ts';
import { consume } from '../../clients/amqp/messages.ts';
import type { Broker } from '../../clients/amqp/broker.ts';

export const rabbitmq = defineKind({
  kind: 'rabbitmq',
  works: 'it connects; with `round_trip`, a message comes back through an exclusive queue',
  couldPass:
    'without `round_trip`, a broker that blocks publishers (memory, disk); with it, one whose other queues are stuck',
  dialects: [amqpDialect],
  example: ['url', 'round_trip'],
  keys: {
    ...brokerKeys,
    url: v.optional(brokerKeys.url),
    ...partKeys,
    round_trip: v.optional(describe(v.boolean(), 'Whether a message must come back through the broker.', true), false),
  },
  figures: {
    version: { label: 'server version', unit: '', sort: 'text' },
  },
  mistake: brokerMistake,
  target: brokerOf,
  needs: (config) => [brokerAddress(config)],
  async check(config, context) {
    const broker = await connectBroker(config, context);
    if (broker.version !== undefined) context.observe({ version: broker.version });
    if (!config.round_trip) return broker.onChannel(async () => undefined);
    broker.preparePublishing();
    await broker.onChannel(async (channel) => {
      context.stage('round trip', 'while waiting for its message to come back');
      const sent = randomUUID();
      if ((await roundTrip(broker, channel, sent)) !== sent)
        throw new UnhealthyError(`${broker.name} returned a different message than the one that was sent`);
    });
  },
});

/** The server names the queue. The queue is exclusive, and is deleted with the connection. */
async function roundTrip(broker: Broker, channel: Channel, sent: string): Promise<string> {
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
  let receive: (content: string) => void;
  const received = new Promise<string>((resolve) => (receive = resolve));
  await consume(channel, queue, (message) => {
    receive(message.content.toString());
  });
  await broker.publish({ routingKey: queue, content: sent });
  return received;
}
