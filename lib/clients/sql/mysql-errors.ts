/** What the errors of a MySQL or MariaDB server mean. */
import { AuthError, ConfigurationError, ConnectionError, TLSError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { connectionClosed } from '../network-errors.ts';
import { wrongProtocol } from '../first-bytes.ts';
import { serverWords } from '../server-words.ts';

/**
 * By name: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 *
 * @param secrets What the server's words must not show.
 */
export function serverError(
  error: unknown,
  target: string,
  { tls, secrets }: { readonly tls: boolean; readonly secrets: readonly string[] },
): CheckError | undefined {
  const code = codeOf(error);
  const number = numberOf(error);
  const words = number === undefined ? '' : wordsOf(error, number, secrets);
  const meaning = MEANINGS[code ?? ''] ?? BY_NUMBER[number ?? 0];
  if (meaning !== undefined) return meaning({ target, tls, words });
  if (code?.startsWith('AUTH_SWITCH') === true || code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED')
    return new AuthError(`${target} asks the user to log in with a plugin that is not supported`);
  if (code?.startsWith('PROTOCOL_') === true || code?.startsWith('HANDSHAKE_') === true) return wrongProtocol(target);
  // The driver's parser ran past the end of something that is not a message, or read nonsense.
  if (error instanceof RangeError || error instanceof TypeError) return wrongProtocol(target);
  if (error instanceof Error && /^(Should not reach here|Encoding not recognized)/.test(error.message))
    return wrongProtocol(target);
  if (number === undefined) return undefined;
  if (stateOf(error).startsWith('42')) return new ConfigurationError(`${target} cannot run the query: ${words}`);
  return new UnhealthyError(`${target} answered with an error: ${words}`);
}

function numberOf(error: unknown): number | undefined {
  return error instanceof Error && 'errno' in error && 'sqlState' in error ? Number(error.errno) : undefined;
}

function stateOf(error: unknown): string {
  return error instanceof Error && 'sqlState' in error ? String(error.sqlState) : '';
}

/** Classes of states that speak of schema, permission, session or capacity; others may quote rows of data. */
const QUOTABLE = /^(08|28|42|3D)/;
/** Errors of the same sort without a class: read-only, locked, out of space or memory, time limits, the host. */
const ALSO = new Set([1021, 1037, 1038, 1041, 1053, 1129, 1130, 1205, 1226, 1227, 1290, 1836, 1969, 3024, 4151]);
/** They quote the query. */
const SYNTAX = new Set([1064, 1149]);

/** The name of the user is part of the user info, so it is not shown; the host from which it came is. */
const USER = /\b(?:user |User )?'[^']*'@('[^']*')/g;
const NAMED = /\b[Uu]ser '?[\w.-]+'? (?=already|has)/g;

function wordsOf(error: unknown, number: number, secrets: readonly string[]): string {
  const { sqlMessage } = error as { readonly sqlMessage?: unknown };
  const isQuotable = (QUOTABLE.test(stateOf(error)) || ALSO.has(number)) && !SYNTAX.has(number);
  const text = isQuotable && typeof sqlMessage === 'string' ? sqlMessage : '';
  const words = serverWords(text.replace(USER, 'the user from $1').replace(NAMED, 'the user '), secrets);
  return words === '' ? `error ${String(number)}` : `${words} (error ${String(number)})`;
}

interface Said {
  readonly target: string;
  /** Whether the connection was meant to be encrypted. */
  readonly tls: boolean;
  readonly words: string;
}

type Meaning = (said: Said) => CheckError;

/** For servers and drivers that do not agree on a name. */
const BY_NUMBER: Readonly<Record<number, Meaning>> = {
  1227: ({ target, words }) => new AuthError(`${target}: the user may not run the query: ${words}`),
  1290: ({ target, words }) => new UnhealthyError(`${target} may be read-only: ${words}`),
  1836: ({ target, words }) => new UnhealthyError(`${target} is read-only: ${words}`),
  4151: ({ target, words }) => new AuthError(`${target}: the user is locked: ${words}`),
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  // MariaDB also answers this if it requires TLS.
  ER_ACCESS_DENIED_ERROR: ({ target, tls }) =>
    new AuthError(`${target} refused the user or the password${tls ? '' : ', or requires TLS (ssl-mode=REQUIRED)'}`),
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: ({ target }) => new AuthError(`${target} refused the user or the password`),
  ER_ACCOUNT_HAS_BEEN_LOCKED: ({ target }) => new AuthError(`${target}: the user is locked`),
  ER_MUST_CHANGE_PASSWORD: ({ target }) => new AuthError(`${target}: the user's password has expired`),
  ER_MUST_CHANGE_PASSWORD_LOGIN: ({ target }) => new AuthError(`${target}: the user's password has expired`),
  ER_HOST_NOT_PRIVILEGED: ({ target, words }) =>
    new AuthError(`${target} accepts no user from this host; see the hosts of its users: ${words}`),
  ER_DBACCESS_DENIED_ERROR: ({ target, words }) =>
    new AuthError(`${target}: the user may not use the database, or it does not exist: ${words}`),
  ER_TABLEACCESS_DENIED_ERROR: ({ target, words }) =>
    new AuthError(`${target}: the user may not run the query: ${words}`),
  ER_SPECIFIC_ACCESS_DENIED_ERROR: ({ target, words }) =>
    new AuthError(`${target}: the user may not run the query: ${words}`),
  ER_BAD_DB_ERROR: ({ target, words }) => new ConfigurationError(`${target}: ${words}`),
  ER_SECURE_TRANSPORT_REQUIRED: ({ target }) =>
    new ConfigurationError(`${target} requires TLS; add ssl-mode=REQUIRED to the URL`),
  ER_PARSE_ERROR: ({ target }) => new ConfigurationError(`${target}: the query has a mistake in its SQL`),
  ER_CON_COUNT_ERROR: ({ target, words }) =>
    new UnhealthyError(`${target} has no connection slot left; see max_connections: ${words}`),
  ER_TOO_MANY_USER_CONNECTIONS: ({ target, words }) =>
    new UnhealthyError(`${target}: the user has too many connections: ${words}`),
  ER_USER_LIMIT_REACHED: ({ target, words }) =>
    new UnhealthyError(`${target}: the user has used up a limit; see max_user_connections: ${words}`),
  ER_HOST_IS_BLOCKED: ({ target, words }) =>
    new UnhealthyError(`${target} blocks this host after too many failed connections; run FLUSH HOSTS: ${words}`),
  ER_SERVER_SHUTDOWN: ({ target }) => new ConnectionError(`${target} ended the session: it is shutting down`),
  PROTOCOL_CONNECTION_LOST: ({ target }) => connectionClosed(target),
  HANDSHAKE_NO_SSL_SUPPORT: ({ target }) => new TLSError(`${target} does not offer TLS; turn on ssl there`),
};
