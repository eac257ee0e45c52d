import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import { AuthError } from '../../errors.ts';
import { connectionClosed, networkError } from '../../clients/network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { caKey, describe, text } from '../../clients/keys.ts';
import { defineKind } from '../kind.ts';
import { hostOf } from '../../clients/url.ts';
import { databaseUrl, parseDatabaseUrl, tlsModeOf } from '../../clients/sql/url.ts';
import type { TlsWords } from '../../clients/sql/url.ts';
import { guardStream } from '../../clients/first-bytes.ts';
import { refuseMessage, refuseTlsAnswer, serverError } from '../../clients/sql/postgres-errors.ts';

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
  const { Client } = await drivers.pg();
  signal.throwIfAborted();
  const client = new Client({
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

/** The driver waits for ever for the rest of a stranger's message, and throws where nobody can catch it at one that it does not know. */
function guard(connection: EventEmitter & { stream: Socket }, target: string, tls: boolean): void {
  const message = (first: Buffer) => refuseMessage(first, target);
  guardStream(connection.stream, target, tls ? (first) => refuseTlsAnswer(first, target) : message);
  connection.once('sslconnect', () => {
    guardStream(connection.stream, target, message);
  });
}
