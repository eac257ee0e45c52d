import type { Connection } from 'mysql2';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import { AuthError, ConfigurationError, ConnectionError, TLSError, UnhealthyError } from '../../engine/errors.ts';
import type { CheckError } from '../../engine/errors.ts';
import { codeOf, connectionClosed, networkError } from '../../engine/network-errors.ts';
import type { CheckContext } from '../../types.ts';
import { caKey, defineKind, describe, hostOf, text } from '../kind.ts';
import { databaseUrl, parseDatabaseUrl, tlsModeOf } from './database-url.ts';
import type { TlsWords } from './database-url.ts';
import { guardStream, strange } from './first-bytes.ts';

const DEFAULT_PORT = 3306;

/** As MySQL's own clients understand them: https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode */
const TLS: TlsWords = {
  parameters: ['ssl-mode', 'sslmode', 'ssl_mode', 'sslMode', 'ssl'],
  modes: {
    disabled: 'off',
    preferred: 'off',
    required: 'encrypt',
    verify_ca: 'verify-ca',
    verify_identity: 'verify-full',
    false: 'off',
    true: 'verify-full',
  },
};

export const mysql = defineKind({
  kind: 'mysql',
  works: 'a new session answers the query',
  keys: {
    url: describe(
      databaseUrl(TLS, 'mysql'),
      'mysql://user:password@host:3306/database, with ssl-mode where wanted. Other parameters are of no effect. Also MariaDB.',
    ),
    query: v.optional(describe(text(), 'What the session is asked; any answer will do.'), 'SELECT 1'),
    ...caKey,
  },
  target: (config) => `mysql ${hostOf(config.url, DEFAULT_PORT)}`,
  async check(config, context) {
    // A session works off one query after the other, so a slow query must not share a session with another one.
    const key = JSON.stringify(['mysql', config.url, config.ca, config.query]);
    context.stage('opening a session');
    await context.connect(key, (signal) => openAndAsk(config, mysql.target(config), signal, context));
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
  const { createConnection } = await import('mysql2');
  signal.throwIfAborted();
  const mode = tlsModeOf(config, TLS);
  const connection = createConnection({
    host,
    port,
    user,
    password,
    ...(database !== '' && { database }),
    ...(mode !== 'off' && {
      ssl: {
        ...(config.ca !== undefined && { ca: config.ca }),
        rejectUnauthorized: mode !== 'encrypt',
        verifyIdentity: mode === 'verify-full',
      },
    }),
    connectTimeout: 0, // the signal ends it
    flags: ['-LOCAL_FILES'],
  }) as Connection & Internals;
  guardStream(connection.stream, target, (first) => (isGreeting(first) ? undefined : strange(target)));
  const tls = watchTls(connection, target);
  const destroy = () => {
    connection.destroy();
    connection.stream.destroy(); // mysql2 only half-closes it
  };
  signal.addEventListener('abort', destroy, { once: true });
  connection.once('connect', () => {
    context.stage('the query');
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      connection.query(config.query, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  } catch (error) {
    destroy();
    throw tls.error ?? serverError(error, target) ?? networkError(error, target) ?? error;
  }
  return {
    value: undefined,
    close: () =>
      new Promise<void>((resolve) => {
        connection.end(() => {
          resolve();
        });
      }),
    destroy,
  };
}

/** What mysql2 types leave out. */
interface Internals {
  stream: Socket;
  startTLS(done: (error?: Error) => void): void;
}

/** A server speaks first: the greeting of protocol 10, or an error, in packet 0 of less than 64 kB. */
function isGreeting(first: Buffer): boolean {
  const [, , length = 0, sequence = 0, type = 10] = first;
  return length === 0 && sequence === 0 && (type === 10 || type === 255);
}

/** mysql2 overwrites the code of an error of TLS, which says what is wrong with the certificate. */
function watchTls(connection: Internals, target: string): { error?: CheckError } {
  const seen: { error?: CheckError } = {};
  const startTls = connection.startTLS.bind(connection);
  connection.startTLS = (done) => {
    startTls((error) => {
      if (error !== undefined)
        seen.error = networkError(error, target) ?? new TLSError(`no secure connection to ${target}`);
      done(error);
    });
    guardStream(connection.stream, target, () => undefined);
  };
  return seen;
}

/** By name: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
function serverError(error: unknown, target: string): CheckError | undefined {
  const code = codeOf(error);
  const meaning = code === undefined ? undefined : MEANINGS[code];
  if (meaning !== undefined) return meaning(target);
  if (code?.startsWith('AUTH_SWITCH') === true)
    return new AuthError(`${target} wants the user to log in by a plugin that is not supported here`);
  if (code?.startsWith('PROTOCOL_') === true || code?.startsWith('HANDSHAKE_') === true) return strange(target);
  if (!(error instanceof Error) || !('errno' in error) || !('sqlState' in error)) return undefined;
  const number = String(Number(error.errno));
  if (String(error.sqlState).startsWith('42'))
    return new ConfigurationError(`${target} cannot run the query: error ${number}`);
  return new UnhealthyError(`${target} answered with error ${number}`);
}

const MEANINGS: Readonly<Record<string, (target: string) => CheckError>> = {
  ER_ACCESS_DENIED_ERROR: (target) => new AuthError(`${target} refused the user or the password`),
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: (target) => new AuthError(`${target} refused the user or the password`),
  ER_ACCOUNT_HAS_BEEN_LOCKED: (target) => new AuthError(`${target}: the user is locked`),
  ER_MUST_CHANGE_PASSWORD: (target) => new AuthError(`${target}: the user's password has expired`),
  ER_MUST_CHANGE_PASSWORD_LOGIN: (target) => new AuthError(`${target}: the user's password has expired`),
  ER_HOST_NOT_PRIVILEGED: (target) => new AuthError(`${target} lets nobody in from here; see the hosts of its users`),
  ER_DBACCESS_DENIED_ERROR: (target) =>
    new AuthError(`${target}: the user may not use the database, or there is none such`),
  ER_TABLEACCESS_DENIED_ERROR: (target) => new AuthError(`${target}: the user may not run the query`),
  ER_SPECIFIC_ACCESS_DENIED_ERROR: (target) => new AuthError(`${target}: the user may not run the query`),
  ER_BAD_DB_ERROR: (target) => new ConfigurationError(`${target} has no such database`),
  ER_SECURE_TRANSPORT_REQUIRED: (target) =>
    new ConfigurationError(`${target} wants TLS; add ssl-mode=REQUIRED to the URL`),
  ER_PARSE_ERROR: (target) => new ConfigurationError(`${target} cannot run the query: a mistake in its SQL`),
  ER_CON_COUNT_ERROR: (target) => new UnhealthyError(`${target} has no connection slot left; see max_connections`),
  ER_TOO_MANY_USER_CONNECTIONS: (target) => new UnhealthyError(`${target}: the user has too many connections`),
  ER_USER_LIMIT_REACHED: (target) =>
    new UnhealthyError(`${target}: the user has used up a limit; see max_user_connections`),
  ER_HOST_IS_BLOCKED: (target) =>
    new UnhealthyError(`${target} blocks this host after too many failed connections; FLUSH HOSTS`),
  ER_SERVER_SHUTDOWN: (target) => new ConnectionError(`${target} ended the session: it stops`),
  PROTOCOL_CONNECTION_LOST: connectionClosed,
  HANDSHAKE_NO_SSL_SUPPORT: (target) => new TLSError(`${target} does not offer TLS; turn on ssl there`),
};
