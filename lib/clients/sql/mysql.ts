/** One session of MySQL or MariaDB, through mysql2. */
import type { Connection } from 'mysql2';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import type { CheckContext } from '../../engine/types.ts';
import { TLSError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { beginHandshake, timeConnecting } from '../connecting.ts';
import type { Problem } from '../../problem.ts';
import { drivers } from '../drivers/index.ts';
import { guardStream, wrongProtocol } from '../first-bytes.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { hostText } from '../dialects/draft.ts';
import type { Host } from '../dialects/draft.ts';
import { mysqlDialect } from '../dialects/mysql.ts';
import { requireUser, problemIn, serverOf, serverUrl } from '../dialects/server.ts';
import { firstOf } from '../hosts.ts';
import { certificateMistake } from '../server-keys.ts';
import type { ServerConfig } from '../server-keys.ts';
import { tlsModeOf, tlsOptions } from '../tls.ts';
import { serverError } from './mysql-errors.ts';
import { limitResults } from './mysql-results.ts';
import type { PacketHandler } from './mysql-results.ts';

/** A string that is a usable URL of MySQL or MariaDB. */
export function mysqlUrl() {
  return serverUrl(mysqlDialect);
}

/** How a session is opened, and the query that it runs. */
export interface MysqlConfig extends ServerConfig {
  readonly query: string;
}

/** What the server reports about itself when a session begins. */
export interface MysqlSession {
  /** `11.4.5-MariaDB`. */
  readonly version: string | undefined;
}

/** What a configuration says about its server. */
const serverFor = serverOf(mysqlDialect);

/** What is wrong with the keys that say which server it is, taken together. */
export function mysqlMistake(config: ServerConfig): Problem | undefined {
  const problem = problemIn(() => {
    requireUser(serverFor(config));
  });
  return problem ?? certificateMistake(config, tlsModeOf(serverFor(config), config) !== 'off');
}

/** Names the server for messages: `mysql db.example:3306`, with a comma between several hosts. */
export function mysqlTarget(config: ServerConfig): string {
  return `mysql ${serverFor(config).hosts.map(hostText).join(',')}`;
}

/** Opens a session on the first host that answers, and runs the query. */
export function queryMysql(
  config: MysqlConfig,
  { limitMs, stage }: Pick<CheckContext, 'limitMs' | 'stage'>,
  signal: AbortSignal,
): Promise<Opened<MysqlSession>> {
  const { hosts } = serverFor(config);
  const name = (host: Host) => `mysql ${hostText(host)}`;
  return firstOf({ places: hosts, name, limitMs, signal }, (host, until) => open(config, host, stage, until));
}

async function open(
  config: MysqlConfig,
  place: Host,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<Opened<MysqlSession>> {
  const target = `mysql ${hostText(place)}`;
  const server = serverFor(config);
  const { user = '', password = '', database, options } = server;
  const { host, port } = place;
  const { createConnection } = await drivers.mysql2();
  signal.throwIfAborted();
  const mode = tlsModeOf(server, config);
  const connection = createConnection({
    ...(host.startsWith('/') ? { socketPath: host } : { host, port }),
    user,
    password,
    ...(database !== undefined && database !== '' && { database }),
    ...(options.multipleStatements === 'true' && { multipleStatements: true }),
    ...(mode !== 'off' && {
      ssl: { ...tlsOptions(mode, server, config, host), verifyIdentity: mode === 'verify-full' },
    }),
    connectTimeout: 0, // the signal ends it
    disableEval: true, // a parser that mysql2 compiles takes long for many columns
    flags: ['-LOCAL_FILES'],
  }) as Connection & Internals;
  const logIn = () => {
    stage('login', 'while logging in');
  };
  timeConnecting(connection.stream, { host, tls: false, stage, ready: logIn });
  guardStream(connection.stream, target, (first) => (isGreeting(first) ? undefined : wrongProtocol(target)));
  const tls = watchTls(connection, target, {
    begin: () => {
      beginHandshake(connection.stream, stage);
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
      // With a callback, mysql2 would keep all rows: a careless query may return millions.
      const query = connection.query(config.query);
      limitResults(connection, query);
      query.on('error', reject);
      query.on('end', resolve);
    });
  } catch (error) {
    destroy();
    const said = { tls: mode !== 'off', secrets: [password] };
    throw tls.error ?? serverError(error, target, said) ?? networkError(error, target) ?? error;
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
interface Internals extends PacketHandler {
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
    startTls((error) => {
      if (error === undefined) succeeded();
      else seen.error = networkError(error, target) ?? new TLSError(`no secure connection to ${target}`);
      done(error);
    });
    begin(); // only now there is the secure stream
    guardStream(connection.stream, target, () => undefined);
  };
  return seen;
}
