/** What the errors of a MySQL or MariaDB server mean. */
import { AuthError, ConfigurationError, ConnectionError, TLSError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { connectionClosed } from '../network-errors.ts';
import { wrongProtocol } from '../first-bytes.ts';

/**
 * By name: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 *
 * @param tls Whether the connection was meant to be encrypted.
 */
export function serverError(error: unknown, target: string, tls: boolean): CheckError | undefined {
  const code = codeOf(error);
  const meaning = code === undefined ? undefined : MEANINGS[code];
  if (meaning !== undefined) return meaning(target, tls);
  if (code?.startsWith('AUTH_SWITCH') === true || code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED')
    return new AuthError(`${target} asks the user to log in with a plugin that is not supported`);
  if (code?.startsWith('PROTOCOL_') === true || code?.startsWith('HANDSHAKE_') === true) return wrongProtocol(target);
  // The driver's parser ran past the end of something that is not a message, or read nonsense.
  if (error instanceof RangeError || error instanceof TypeError) return wrongProtocol(target);
  if (error instanceof Error && /^(Should not reach here|Encoding not recognized)/.test(error.message))
    return wrongProtocol(target);
  if (!(error instanceof Error) || !('errno' in error) || !('sqlState' in error)) return undefined;
  const number = String(Number(error.errno));
  if (String(error.sqlState).startsWith('42'))
    return new ConfigurationError(`${target} cannot run the query: error ${number}`);
  return new UnhealthyError(`${target} answered with error ${number}`);
}

const MEANINGS: Readonly<Record<string, (target: string, tls: boolean) => CheckError>> = {
  // MariaDB also answers this if it requires TLS.
  ER_ACCESS_DENIED_ERROR: (target, tls) =>
    new AuthError(`${target} refused the user or the password${tls ? '' : ', or requires TLS (ssl-mode=REQUIRED)'}`),
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: (target) => new AuthError(`${target} refused the user or the password`),
  ER_ACCOUNT_HAS_BEEN_LOCKED: (target) => new AuthError(`${target}: the user is locked`),
  ER_MUST_CHANGE_PASSWORD: (target) => new AuthError(`${target}: the user's password has expired`),
  ER_MUST_CHANGE_PASSWORD_LOGIN: (target) => new AuthError(`${target}: the user's password has expired`),
  ER_HOST_NOT_PRIVILEGED: (target) =>
    new AuthError(`${target} accepts no user from this host; see the hosts of its users`),
  ER_DBACCESS_DENIED_ERROR: (target) =>
    new AuthError(`${target}: the user may not use the database, or it does not exist`),
  ER_TABLEACCESS_DENIED_ERROR: (target) => new AuthError(`${target}: the user may not run the query`),
  ER_SPECIFIC_ACCESS_DENIED_ERROR: (target) => new AuthError(`${target}: the user may not run the query`),
  ER_BAD_DB_ERROR: (target) => new ConfigurationError(`${target} has no such database`),
  ER_SECURE_TRANSPORT_REQUIRED: (target) =>
    new ConfigurationError(`${target} requires TLS; add ssl-mode=REQUIRED to the URL`),
  ER_PARSE_ERROR: (target) => new ConfigurationError(`${target} cannot run the query: its SQL has a syntax error`),
  ER_CON_COUNT_ERROR: (target) => new UnhealthyError(`${target} has no connection slot left; see max_connections`),
  ER_TOO_MANY_USER_CONNECTIONS: (target) => new UnhealthyError(`${target}: the user has too many connections`),
  ER_USER_LIMIT_REACHED: (target) =>
    new UnhealthyError(`${target}: the user has used up a limit; see max_user_connections`),
  ER_HOST_IS_BLOCKED: (target) =>
    new UnhealthyError(`${target} blocks this host after too many failed connections; run FLUSH HOSTS`),
  ER_SERVER_SHUTDOWN: (target) => new ConnectionError(`${target} ended the session: it is shutting down`),
  PROTOCOL_CONNECTION_LOST: connectionClosed,
  HANDSHAKE_NO_SSL_SUPPORT: (target) => new TLSError(`${target} does not offer TLS; turn on ssl there`),
};
