/** One session of MySQL or MariaDB, through mysql2. */
import type { Connection } from 'mysql2';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { TLSError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { beginHandshake, timeConnecting } from '../connecting.ts';
import { drivers } from '../drivers/index.ts';
import { guardStream, wrongProtocol } from '../first-bytes.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { hostOf } from '../url.ts';
import { serverError } from './mysql-errors.ts';
import { databaseUrl, parseDatabaseUrl, tlsModeOf } from './url.ts';
import type { TlsWords } from './url.ts';

const DEFAULT_PORT = 3306;

/**
 * As MySQL's own clients interpret them:
 * https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode
 */
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

/** A string that is a usable URL of MySQL or MariaDB. */
export function mysqlUrl() {
  return databaseUrl(TLS, 'mysql');
}

/** How a session is opened, and the query that it runs. */
export interface MysqlConfig {
  readonly url: string;
  readonly query: string;
  readonly ca?: string | undefined;
}

/** What the server reports about itself when a session begins. */
export interface MysqlSession {
  /** `11.4.5-MariaDB`. */
  readonly version: string | undefined;
}

/** Names the server for messages: `mysql db.example:3306`. */
export function mysqlTarget({ url }: Pick<MysqlConfig, 'url'>): string {
  return `mysql ${hostOf(url, DEFAULT_PORT)}`;
}

/** Opens a session and runs the query. */
export async function queryMysql(
  config: MysqlConfig,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<Opened<MysqlSession>> {
  const target = mysqlTarget(config);
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
  const logIn = () => {
    stage('login', 'while logging in');
  };
  timeConnecting(connection.stream, { host, tls: false, stage, ready: logIn });
  guardStream(connection.stream, target, (first) => (isGreeting(first) ? undefined : wrongProtocol(target)));
  const tls = watchTls(connection, target, {
    begin: () => {
      beginHandshake(stage);
    },
    done: logIn,
  });
  const destroy = () => {
    connection.destroy();
    connection.stream.destroy(); // mysql2 only half-closes it
  };
  signal.addEventListener('abort', destroy, { once: true });
  connection.once('connect', () => {
    stage('query');
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      // After `destroy`, mysql2 never calls back for the query.
      signal.addEventListener(
        'abort',
        () => {
          reject(connectionClosed(target));
        },
        { once: true },
      );
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
    value: { version: versionOf(connection) },
    close: () =>
      new Promise<void>((resolve) => {
        connection.end(() => {
          resolve();
        });
      }),
    destroy,
  };
}

/** What mysql2's types leave out. */
interface Internals {
  stream: Socket;
  readonly _handshakePacket?: { readonly serverVersion?: unknown };
  startTLS(done: (error?: Error) => void): void;
}

function versionOf({ _handshakePacket: greeting }: Internals): string | undefined {
  return typeof greeting?.serverVersion === 'string' ? greeting.serverVersion : undefined;
}

/** A server speaks first: with the greeting of protocol 10 or an error, in packet 0, which is smaller than 64 kB. */
function isGreeting(first: Buffer): boolean {
  const [, , length = 0, sequence = 0, type = 10] = first;
  return length === 0 && sequence === 0 && (type === 10 || type === 255);
}

/** mysql2 overwrites the code of a TLS error, which says what is wrong with the certificate. */
function watchTls(
  connection: Internals,
  target: string,
  { begin, done: succeeded }: { readonly begin: () => void; readonly done: () => void },
): { error?: CheckError } {
  const seen: { error?: CheckError } = {};
  const startTls = connection.startTLS.bind(connection);
  connection.startTLS = (done) => {
    begin();
    startTls((error) => {
      if (error === undefined) succeeded();
      else seen.error = networkError(error, target) ?? new TLSError(`no secure connection to ${target}`);
      done(error);
    });
    guardStream(connection.stream, target, () => undefined);
  };
  return seen;
}
