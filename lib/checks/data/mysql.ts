import type { Connection } from 'mysql2';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import { TLSError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { networkError } from '../../clients/network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { caKey, describe, text } from '../../clients/keys.ts';
import { defineKind } from '../kind.ts';
import { hostOf } from '../../clients/url.ts';
import { databaseUrl, parseDatabaseUrl, tlsModeOf } from '../../clients/sql/url.ts';
import type { TlsWords } from '../../clients/sql/url.ts';
import { guardStream, strange } from '../../clients/first-bytes.ts';
import { serverError } from '../../clients/sql/mysql-errors.ts';

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
  const { createConnection } = await drivers.mysql2();
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
    throw tls.error ?? serverError(error, target, mode !== 'off') ?? networkError(error, target) ?? error;
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
