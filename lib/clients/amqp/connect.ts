/** Connects to a broker: the keys of a check, and the AMQP 0-9-1 connection that the checks of a run share. */
import type { ChannelModel, credentials as Credentials, Options, SocketOptions } from 'amqplib';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { networkError } from '../network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../drivers/index.ts';
import { hostText } from '../dialects/draft.ts';
import type { Server } from '../dialects/draft.ts';
import { firstOf } from '../hosts.ts';
import { describe } from '../keys.ts';
import { tlsKeys } from '../server-keys.ts';
import type { ServerConfig } from '../server-keys.ts';
import { tlsModeOf, tlsOptions } from '../tls.ts';
import { timeConnecting, withSocket } from '../connecting.ts';
import { Broker } from './broker.ts';
import { brokersIn, brokersOf, brokerUrl } from './url.ts';
import { handshakeError } from './errors.ts';

/** The keys of every kind that talks to a broker. */
export const brokerKeys = {
  url: describe(
    brokerUrl(),
    'amqp://user:password@host:5672/vhost, or amqps://…:5671/…; percent-encode the virtual host, / unless given. ' +
      'Several URLs, separated by semicolons, are tried in their order.',
    'amqp://user:password@mq.example:5672/shop',
  ),
  ...tlsKeys,
};

/** Ours for a frame, which the broker may not exceed. amqplib copies what it has of a frame again and again. */
const MAX_FRAME_BYTES = 128 * 1024;

export type BrokerConfig = ServerConfig;

/** Names the broker for messages: `rabbitmq mq.example:5672`, with a comma between several. */
export function brokerOf(config: string | ServerConfig): string {
  return `rabbitmq ${brokerAddress(config)}`;
}

/** `mq.example:5672`. */
export function brokerAddress(config: string | ServerConfig): string {
  return (typeof config === 'string' ? brokersIn(config) : brokersOf(config)).map(addressText).join(',');
}

function addressText({ hosts }: Server): string {
  return hosts.map(hostText).join(',');
}

/** Connects, or shares the connection of another check in this run. */
export async function connectBroker(
  config: BrokerConfig,
  context: Pick<CheckContext, 'share' | 'stage' | 'reached' | 'limitMs'>,
): Promise<Broker> {
  context.stage('connecting', 'while opening the connection');
  const key = JSON.stringify(['amqp', brokersOf(config), config.ca, config.cert]);
  const broker = await context.share(key, (signal) => openFirst(config, context, signal));
  context.reached(brokerAddress(config));
  context.stage('channel', 'while opening a channel');
  return broker;
}

/** The first broker that lets us in. */
function openFirst(
  config: BrokerConfig,
  { limitMs, stage }: Pick<CheckContext, 'limitMs' | 'stage'>,
  signal: AbortSignal,
): Promise<Opened<Broker>> {
  const name = (server: Server) => `rabbitmq ${addressText(server)}`;
  const attempts = { places: brokersOf(config), name, limitMs, signal };
  return firstOf(attempts, (server, until) => open(server, config, stage, until));
}

async function open(
  server: Server,
  config: BrokerConfig,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<Opened<Broker>> {
  const name = `rabbitmq ${addressText(server)}`;
  const address = addressOf(server);
  const { database = '', password } = server;
  const { hostname: host = '' } = address;
  const mode = server.tls ?? 'off';
  const tls = mode !== 'off';
  const { connect, credentials } = await drivers.amqplib();
  signal.throwIfAborted(); // a socket created with an aborted signal connects nevertheless, and stays open
  const end = new AbortController();
  const socket: SocketOptions & { signal: AbortSignal } = {
    noDelay: true, // otherwise Nagle's algorithm and delayed acknowledgements add 40 ms
    signal: AbortSignal.any([signal, end.signal]),
    clientProperties: { connection_name: server.options.name ?? 'healthgate' },
    ...(tls && tlsOptions(tlsModeOf(server, config), server, config, host)),
    credentials: credentialsOf(server, credentials),
  };
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
    throw (
      networkError(error, name) ?? handshakeError(error, { name, vhost: database === '' ? '/' : database, password })
    );
  }
  const destroy = () => {
    end.abort();
  };
  return { value: new Broker(model, name, password), close: () => model.close(), destroy };
}

/** The parts of the URL for amqplib, whose own parser mistakes percent-encoded UTF-8 for Latin-1. */
function addressOf({ hosts: [place], database = '', tls = 'off', options }: Server): Options.Connect {
  const { frameMax, channelMax, locale } = options;
  return {
    protocol: tls === 'off' ? 'amqp' : 'amqps',
    ...(place !== undefined && { hostname: place.host, port: place.port }),
    vhost: encodeURIComponent(database),
    heartbeat: 0, // a run is over before the first beat is due
    ...(frameMax !== undefined && { frameMax: Number(frameMax) }),
    maxFrameSize: Math.max(MAX_FRAME_BYTES, Number(frameMax ?? 0)),
    ...(channelMax !== undefined && { channelMax: Number(channelMax) }),
    ...(locale !== undefined && { locale }),
  };
}

/** As RabbitMQ's own clients do, a user or password that the URL leaves out is `guest`. */
function credentialsOf(
  { user = 'guest', password = 'guest', options: { mechanism } }: Server,
  credentials: typeof Credentials,
) {
  if (mechanism === 'EXTERNAL') return credentials.external();
  return mechanism === 'AMQPLAIN' ? credentials.amqplain(user, password) : credentials.plain(user, password);
}
