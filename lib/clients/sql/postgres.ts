/** One session of PostgreSQL, through pg. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import type { CheckContext } from '../../engine/types.ts';
import { AuthError } from '../../errors.ts';
import { beginHandshake, timeConnecting } from '../connecting.ts';
import type { Problem } from '../../problem.ts';
import { drivers } from '../drivers/index.ts';
import { guardStream } from '../first-bytes.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { hostText } from '../dialects/draft.ts';
import type { Host } from '../dialects/draft.ts';
import { postgresDialect } from '../dialects/postgres.ts';
import { requireUser, problemIn, serverOf, serverUrl } from '../dialects/server.ts';
import { firstOf } from '../hosts.ts';
import { certificateMistake } from '../server-keys.ts';
import type { ServerConfig } from '../server-keys.ts';
import { tlsModeOf, tlsOptions } from '../tls.ts';
import { refuseMessage, refuseTlsAnswer, serverError } from './postgres-errors.ts';
import { firstRow, judgeRole, limitMessages, requireBinding, watchParameters } from './postgres-session.ts';

/** A string that is a usable URL of PostgreSQL. */
export function postgresUrl() {
  return serverUrl(postgresDialect);
}

/** How a session is opened, and the query that it runs. */
export interface PostgresConfig extends ServerConfig {
  readonly query: string;
}

/** What the server reports about itself when a session begins. */
export interface PostgresSession {
  /** `15.7 (Debian 15.7-0+deb12u1)`. */
  readonly version: string | undefined;
  readonly role: 'primary' | 'standby' | undefined;
}

/** What a configuration says about its server. */
const serverFor = serverOf(postgresDialect);

/** What is wrong with the keys that say which server it is, taken together. */
export function postgresMistake(config: ServerConfig): Problem | undefined {
  const problem = problemIn(() => {
    requireUser(serverFor(config));
  });
  return problem ?? certificateMistake(config, tlsModeOf(serverFor(config), config) !== 'off');
}

/** Names the server for messages: `postgres db.example:5432`, with a comma between several hosts. */
export function postgresTarget(config: ServerConfig): string {
  return `postgres ${serverFor(config).hosts.map(addressText).join(',')}`;
}

function addressText({ host, port }: Host): string {
  return host.startsWith('/') ? `${host}/.s.PGSQL.${String(port)}` : hostText({ host, port });
}

/** Opens a session on the first host that is as the URL wants it, and runs the query. */
export function queryPostgres(
  config: PostgresConfig,
  { limitMs, stage }: Pick<CheckContext, 'limitMs' | 'stage'>,
  signal: AbortSignal,
): Promise<Opened<PostgresSession>> {
  const { hosts, options } = serverFor(config);
  const roles = options.target === 'prefer-standby' ? ['standby', 'any'] : [options.target ?? 'any'];
  const places = roles.flatMap((role) => hosts.map((host) => ({ host, role })));
  const name = ({ host }: Place) => `postgres ${addressText(host)}`;
  return firstOf({ places, name, limitMs, signal }, (place, until) => open(config, place, stage, until));
}

interface Internals {
  readonly connection: EventEmitter & { stream: Socket };
  readonly connectionParameters: object;
}

interface Place {
  readonly host: Host;
  /** What the server must be, in the words of libpq's target_session_attrs. */
  readonly role: string;
}

async function open(
  config: PostgresConfig,
  { host: place, role }: Place,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<Opened<PostgresSession>> {
  const target = `postgres ${addressText(place)}`;
  const server = serverFor(config);
  const { user = '', password = '', database = user, options } = server;
  const { host, port } = place;
  const mode = tlsModeOf(server, config);
  const { Client } = await drivers.pg();
  signal.throwIfAborted();
  const client = new Client({
    host,
    port,
    user,
    // A function, so that the driver does not look for a password in environment variables and files.
    password: () => {
      if (password === '') throw new AuthError(`${target} asks for a password, and the URL has none`);
      return password;
    },
    database,
    application_name: options.application_name ?? 'healthgate',
    ...(options.channel_binding === 'require' && { enableChannelBinding: true }),
    ssl: mode !== 'off' && tlsOptions(mode, server, config, host),
    sslnegotiation: 'postgres',
  });
  // @types/pg leaves out the connection, which holds the socket from the start.
  const { connection, connectionParameters } = client as unknown as Internals;
  // The driver would take them from the environment of the process.
  Object.assign(connectionParameters, { options: options.options, replication: undefined });
  const tls = mode !== 'off';
  const logIn = () => {
    stage('login', 'while logging in');
  };
  timeConnecting(connection.stream, { host, tls: false, stage, ...(!tls && { ready: logIn }) });
  guard(connection, target, tls);
  connection.once('sslconnect', () => {
    beginHandshake(connection.stream, stage);
    connection.stream.once('secureConnect', logIn);
  });
  if (options.channel_binding === 'require') requireBinding(connection, target);
  const parameters = watchParameters(connection);
  limitMessages(connection);
  const destroy = () => {
    connection.stream.destroy();
  };
  signal.addEventListener('abort', destroy, { once: true });
  client.on('error', () => undefined); // a lost connection also fails the query that waits for it
  try {
    await client.connect();
    if (role !== 'any') await judgeRole(client, role, target);
    stage('query');
    await firstRow(client, config.query);
  } catch (error) {
    const closed = connection.stream.destroyed;
    destroy();
    throw (
      serverError(error, target, [password]) ??
      networkError(error, target) ??
      (closed ? connectionClosed(target) : error)
    );
  }
  return { value: sessionOf(parameters), close: () => client.end(), destroy };
}

function sessionOf(parameters: ReadonlyMap<string, string>): PostgresSession {
  const standby = parameters.get('in_hot_standby');
  return {
    version: parameters.get('server_version'),
    role: standby === undefined ? undefined : standby === 'on' ? 'standby' : 'primary',
  };
}

/** With a server of another protocol, the driver waits forever, or throws where nobody can catch it. */
function guard(connection: EventEmitter & { stream: Socket }, target: string, tls: boolean): void {
  const message = (first: Buffer) => refuseMessage(first, target);
  guardStream(connection.stream, target, tls ? (first) => refuseTlsAnswer(first, target) : message);
  connection.once('sslconnect', () => {
    guardStream(connection.stream, target, message);
  });
}
