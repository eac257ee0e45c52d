/** One session of PostgreSQL, through pg. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { AuthError } from '../../errors.ts';
import { beginHandshake, timeConnecting } from '../connecting.ts';
import { drivers } from '../drivers/index.ts';
import { guardStream } from '../first-bytes.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { hostOf } from '../url.ts';
import { refuseMessage, refuseTlsAnswer, serverError } from './postgres-errors.ts';
import { databaseUrl, parseDatabaseUrl, tlsModeOf } from './url.ts';
import type { TlsWords } from './url.ts';

const DEFAULT_PORT = 5432;

/** As libpq interprets them, but optional TLS is off: https://www.postgresql.org/docs/current/libpq-ssl.html */
const TLS: TlsWords = {
  parameters: ['sslmode', 'ssl'],
  modes: {
    disable: 'off',
    allow: 'off',
    prefer: 'off',
    require: 'encrypt',
    'no-verify': 'encrypt',
    'verify-ca': 'verify-ca',
    'verify-full': 'verify-full',
    false: 'off',
    true: 'verify-full',
  },
};

/** A string that is a usable URL of PostgreSQL. */
export function postgresUrl() {
  return databaseUrl(TLS, 'postgres', 'postgresql');
}

/** How a session is opened, and the query that it runs. */
export interface PostgresConfig {
  readonly url: string;
  readonly query: string;
  readonly ca?: string | undefined;
}

/** What the server reports about itself when a session begins. */
export interface PostgresSession {
  /** `15.7 (Debian 15.7-0+deb12u1)`. */
  readonly version: string | undefined;
  readonly role: 'primary' | 'standby' | undefined;
}

/** Names the server for messages: `postgres db.example:5432`. */
export function postgresTarget({ url }: Pick<PostgresConfig, 'url'>): string {
  return `postgres ${hostOf(url, DEFAULT_PORT)}`;
}

/** Opens a session and runs the query. */
export async function queryPostgres(
  config: PostgresConfig,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<Opened<PostgresSession>> {
  const target = postgresTarget(config);
  const { host, port, user, password, database } = parseDatabaseUrl(config.url, DEFAULT_PORT);
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
    database: database === '' ? user : database,
    application_name: 'healthgate',
    ssl: tlsOptions(config),
  });
  // @types/pg leaves out the connection, which holds the socket from the start.
  const { connection } = client as unknown as { connection: EventEmitter & { stream: Socket } };
  const tls = tlsModeOf(config, TLS) !== 'off';
  const logIn = () => {
    stage('login', 'while logging in');
  };
  timeConnecting(connection.stream, { host, tls: false, stage, ...(!tls && { ready: logIn }) });
  guard(connection, target, tls);
  connection.once('sslconnect', () => {
    beginHandshake(stage);
    connection.stream.once('secureConnect', logIn);
  });
  const parameters = new Map<string, string>();
  connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
    parameters.set(parameterName, parameterValue);
  });
  const destroy = () => {
    connection.stream.destroy();
  };
  signal.addEventListener('abort', destroy, { once: true });
  client.on('error', () => undefined); // a lost connection also fails the query that waits for it
  try {
    await client.connect();
    stage('query');
    await client.query(config.query);
  } catch (error) {
    const closed = connection.stream.destroyed;
    destroy();
    throw serverError(error, target) ?? networkError(error, target) ?? (closed ? connectionClosed(target) : error);
  }
  return { value: sessionOf(parameters), close: () => client.end(), destroy };
}

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC */
interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

function sessionOf(parameters: ReadonlyMap<string, string>): PostgresSession {
  const standby = parameters.get('in_hot_standby');
  return {
    version: parameters.get('server_version'),
    role: standby === undefined ? undefined : standby === 'on' ? 'standby' : 'primary',
  };
}

function tlsOptions(config: PostgresConfig) {
  const mode = tlsModeOf(config, TLS);
  return (
    mode !== 'off' && {
      ca: config.ca,
      rejectUnauthorized: mode !== 'encrypt',
      ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    }
  );
}

/** With a server of another protocol, the driver waits forever, or throws where nobody can catch it. */
function guard(connection: EventEmitter & { stream: Socket }, target: string, tls: boolean): void {
  const message = (first: Buffer) => refuseMessage(first, target);
  guardStream(connection.stream, target, tls ? (first) => refuseTlsAnswer(first, target) : message);
  connection.once('sslconnect', () => {
    guardStream(connection.stream, target, message);
  });
}
