/** Connects to a broker: the keys of a check, and the AMQP 0-9-1 connection that the checks of a run share. */
import type { ChannelModel, Options, SocketOptions } from 'amqplib';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { ConfigurationError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../drivers/index.ts';
import { caKey, describe, url } from '../keys.ts';
import { timeConnecting, withSocket } from '../connecting.ts';
import { addressIn, hostOf } from '../url.ts';
import { Broker } from './broker.ts';
import { handshakeError } from './errors.ts';

/** The keys of every kind that talks to a broker. */
export const brokerKeys = {
  url: describe(
    url('amqp', 'amqps'),
    'amqp://user:password@host:5672/vhost, or amqps://…:5671/…; percent-encode the virtual host, / unless given.',
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

/** `mq.example:5672`. */
export function brokerAddress(url: string): string {
  return addressIn(brokerOf(url));
}

/** Connects, or shares the connection of another check in this run. */
export async function connectBroker(
  config: BrokerConfig,
  context: Pick<CheckContext, 'share' | 'stage' | 'reached'>,
): Promise<Broker> {
  context.stage('connecting', 'while opening the connection');
  const key = JSON.stringify(['amqp', config.url, config.ca]);
  const broker = await context.share(key, (signal) => open(config, context.stage, signal));
  context.reached(brokerAddress(config.url));
  context.stage('channel', 'while opening a channel');
  return broker;
}

async function open({ url, ca }: BrokerConfig, stage: BeginStage, signal: AbortSignal): Promise<Opened<Broker>> {
  const name = brokerOf(url);
  const address = { ...addressOf(url), heartbeat: 0 }; // a run is over before the first beat is due
  const { connect } = await drivers.amqplib();
  signal.throwIfAborted(); // a socket created with an aborted signal connects nevertheless, and stays open
  const end = new AbortController();
  const socket: SocketOptions & { signal: AbortSignal } = {
    noDelay: true, // otherwise Nagle's algorithm and delayed acknowledgements add 40 ms
    signal: AbortSignal.any([signal, end.signal]),
    clientProperties: { connection_name: 'healthgate' },
    ...(ca !== undefined && { ca }),
  };
  const { hostname: host = '' } = address;
  const tls = url.startsWith('amqps:');
  const logIn = () => {
    stage('login', 'while logging in');
  };
  const watch = (connecting: Socket) => {
    timeConnecting(connecting, { host, tls, stage, ready: logIn });
  };
  let model: ChannelModel;
  try {
    model = await withSocket(() => connect(address, socket), watch);
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
    throw new ConfigurationError(`the URL of ${brokerOf(url)} has a % that is not part of a percent-encoding`);
  }
}
