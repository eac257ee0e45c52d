import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import {
  AuthError,
  CheckError,
  ConfigurationError,
  ConnectionError,
  TLSError,
  UnhealthyError,
} from '../../engine/errors.ts';
import { codeOf, connectionClosed, networkError } from '../../engine/network-errors.ts';
import type { CheckContext } from '../../types.ts';
import { caKey, defineKind, describe, hostOf, text } from '../kind.ts';
import { databaseUrl, parseDatabaseUrl, tlsModeOf } from './database-url.ts';
import type { TlsWords } from './database-url.ts';
import { guardStream, strange } from './first-bytes.ts';

const DEFAULT_PORT = 5432;

/** As libpq understands them: https://www.postgresql.org/docs/current/libpq-ssl.html. Without TLS where it may be had or not. */
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

export const postgres = defineKind({
  kind: 'postgres',
  works: 'a new session answers the query',
  keys: {
    url: describe(
      databaseUrl(TLS, 'postgres', 'postgresql'),
      'postgres://user:password@host:5432/database, with sslmode where wanted. Other parameters are of no effect.',
    ),
    query: v.optional(describe(text(), 'What the session is asked; any answer will do.'), 'SELECT 1'),
    ...caKey,
  },
  target: (config) => `postgres ${hostOf(config.url, DEFAULT_PORT)}`,
  async check(config, context) {
    const target = postgres.target(config);
    // A session works off one query after the other, so a slow query must not share a session with another one.
    const key = JSON.stringify(['postgres', config.url, config.ca, config.query]);
    context.stage('opening a session');
    await context.connect(key, (signal) => openAndAsk(config, target, signal, context));
  },
});

interface Config {
  readonly url: string;
  readonly query: string;
  readonly ca?: string | undefined;
}

async function openAndAsk(
  config: Config,
  target: string,
  signal: AbortSignal,
  context: CheckContext,
): Promise<Opened<undefined>> {
  const { host, port, user, password, database } = parseDatabaseUrl(config.url, DEFAULT_PORT);
  const { default: pg } = await import('pg');
  signal.throwIfAborted();
  const client = new pg.Client({
    host,
    port,
    user,
    // A function, so that the driver looks into no environment variable and no file for a password.
    password: () => {
      if (password === '') throw new AuthError(`${target} wants a password, and the URL has none`);
      return password;
    },
    database: database === '' ? user : database,
    application_name: 'healthgate',
    ssl: tlsOptions(config),
  });
  // @types/pg leaves out the connection, which holds the socket from the start.
  const { connection } = client as unknown as { connection: EventEmitter & { stream: Socket } };
  guard(connection, target, tlsModeOf(config, TLS) !== 'off');
  const destroy = () => {
    connection.stream.destroy();
  };
  signal.addEventListener('abort', destroy, { once: true });
  client.on('error', () => undefined); // a lost connection also fails the query that waits for it
  try {
    await client.connect();
    context.stage('the query');
    await client.query(config.query);
  } catch (error) {
    const closed = connection.stream.destroyed;
    destroy();
    throw serverError(error, target) ?? networkError(error, target) ?? (closed ? connectionClosed(target) : error);
  }
  return { value: undefined, close: () => client.end(), destroy };
}

function tlsOptions(config: Config) {
  const mode = tlsModeOf(config, TLS);
  return (
    mode !== 'off' && {
      ca: config.ca,
      rejectUnauthorized: mode !== 'encrypt',
      ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    }
  );
}

/** The first message is about authentication (R), the protocol's version (v) or an error (E): see PQconnectPoll of libpq. */
function guard(connection: EventEmitter & { stream: Socket }, target: string, tls: boolean): void {
  const refuseMessage = ([type = 0, ...length]: Buffer) =>
    'RvE'.includes(String.fromCharCode(type)) && length.slice(0, 2).every((byte) => byte === 0)
      ? undefined
      : strange(target);
  const refuseTls = ([answer = 0]: Buffer) => {
    if (answer === 'S'.charCodeAt(0)) return undefined;
    if (answer === 'E'.charCodeAt(0))
      return new UnhealthyError(`${target} refused the connection before TLS; see its log`);
    return answer === 'N'.charCodeAt(0)
      ? new TLSError(`${target} does not offer TLS; turn on ssl there`)
      : strange(target);
  };
  guardStream(connection.stream, target, tls ? refuseTls : refuseMessage);
  connection.once('sslconnect', () => {
    guardStream(connection.stream, target, refuseMessage);
  });
}

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function serverError(error: unknown, target: string): CheckError | undefined {
  if (error instanceof CheckError) return error;
  // The driver's own errors of SCRAM have no code.
  if (error instanceof Error && error.message.startsWith('SASL:'))
    return new AuthError(`${target}: logging in by SCRAM failed`);
  const state = codeOf(error);
  if (state === undefined || !/^[0-9A-Z]{5}$/.test(state) || !(error instanceof Error) || !('severity' in error))
    return undefined;
  if (state === '28000')
    return new AuthError(
      `${target} does not let this user in from here: no role, no line in pg_hba.conf, or it wants sslmode=require`,
    );
  if (state.startsWith('28')) return new AuthError(`${target} refused the user or the password`);
  if (state === '42501') return new AuthError(`${target}: the user may not run the query, or not use the database`);
  if (state === '3D000') return new ConfigurationError(`${target} has no such database`);
  if (state === '53300') return new UnhealthyError(`${target} has no connection slot left`);
  if (state === '57P03')
    return new UnhealthyError(`${target} does not accept connections yet: it starts up, stops or recovers`);
  if (state.startsWith('57P')) return new ConnectionError(`${target} ended the session: it stops or was told to`);
  if (state.startsWith('42')) return new ConfigurationError(`${target} cannot run the query: SQLSTATE ${state}`);
  return new UnhealthyError(`${target} answered with an error: SQLSTATE ${state}`);
}
