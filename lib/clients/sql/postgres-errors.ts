/** What the refusals of a PostgreSQL server mean. */
import { AuthError, CheckError, ConfigurationError, ConnectionError, TLSError, UnhealthyError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { wrongProtocol } from '../first-bytes.ts';
import { serverWords } from '../server-words.ts';

/** The login methods that the driver supports: none, clear text, MD5, SCRAM. */
const LOGINS = [0, 3, 5, 10];

/** What is wrong with a server's first bytes: they must begin an authentication (R), a version (v) or an error (E). */
export function refuseMessage(first: Buffer, target: string): CheckError | undefined {
  const [type = 0, ...rest] = first;
  const isMessage = 'RvE'.includes(String.fromCharCode(type)) && rest.slice(0, 2).every((byte) => byte === 0);
  if (!isMessage) return wrongProtocol(target);
  const login = first[8]; // the last byte of the number after type and length
  if (type !== 'R'.charCodeAt(0) || login === undefined || LOGINS.includes(login)) return undefined;
  return new AuthError(`${target} asks for a login method that is not supported (${String(login)})`);
}

/** What is wrong with a server's answer to the request for TLS, which is S for yes. */
export function refuseTlsAnswer(first: Buffer, target: string): CheckError | undefined {
  const answer = first.toString('latin1', 0, 1);
  if (answer === 'S') return undefined;
  if (answer === 'N') return new TLSError(`${target} does not offer TLS; turn on ssl there`);
  return answer === 'E'
    ? new UnhealthyError(`${target} refused the connection before TLS; see its log`)
    : wrongProtocol(target);
}

/**
 * By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
 *
 * @param secrets What the server's words must not show.
 */
export function serverError(error: unknown, target: string, secrets: readonly string[]): CheckError | undefined {
  if (error instanceof CheckError) return error;
  if (!(error instanceof Error)) return undefined;
  // The driver's own SCRAM errors have no code.
  if (error.message.startsWith('SASL:')) return new AuthError(`${target}: logging in by SCRAM failed`);
  if (error.message.startsWith('received invalid response')) return wrongProtocol(target);
  if (!('severity' in error)) return undefined;
  const state = codeOf(error) ?? '';
  if (!/^[0-9A-Z]{5}$/.test(state)) return wrongProtocol(target);
  const meaning = MEANINGS[state] ?? MEANINGS[state.slice(0, 2)];
  const said = { target, state, words: wordsOf(error.message, state, secrets) };
  return meaning?.(said) ?? new UnhealthyError(`${target} answered with an error: ${said.words}`);
}

/**
 * The classes of errors that speak of schema, permission, session or capacity. The messages of other classes may quote
 * rows of data (22, 23, P0), and that of a syntax error quotes the query.
 */
const QUOTABLE = /^(08|0A|25|26|34|3B|3D|3F|42(?!601)|53|54|55|57|58)/;

/** The name of the user is part of the user info, so it is not shown. */
const USER = /\b(user|role) "[^"]*"/g;

function wordsOf(message: string, state: string, secrets: readonly string[]): string {
  const words = QUOTABLE.test(state) ? serverWords(message.replace(USER, 'the $1'), secrets) : '';
  return words === '' ? `SQLSTATE ${state}` : `${words} (SQLSTATE ${state})`;
}

interface Said {
  readonly target: string;
  readonly state: string;
  readonly words: string;
}

/** By the whole state, or by the two characters of its class. */
const MEANINGS: Readonly<Record<string, (said: Said) => CheckError>> = {
  '28': ({ target }) => new AuthError(`${target} refused the user or the password`),
  '28000': ({ target }) =>
    new AuthError(
      `${target} does not let this user in from here: no role, no line in pg_hba.conf, or it requires sslmode=require`,
    ),
  '42': ({ target, words }) => new ConfigurationError(`${target} cannot run the query: ${words}`),
  '42601': ({ target, state }) =>
    new ConfigurationError(`${target}: the query has a mistake in its SQL (SQLSTATE ${state})`),
  '42501': ({ target, words }) =>
    new AuthError(`${target}: the user may not run the query or use the database: ${words}`),
  '3D': ({ target, words }) => new ConfigurationError(`${target}: ${words}`),
  '3F': ({ target, words }) => new ConfigurationError(`${target}: ${words}`),
  '53300': ({ target, words }) =>
    new UnhealthyError(`${target} has no connection slot left; see max_connections: ${words}`),
  '57014': ({ target, words }) => new UnhealthyError(`${target} ended the query: ${words}`),
  '57P01': ({ target, words }) =>
    new ConnectionError(`${target}: an administrator ended the session, or the server is shutting down: ${words}`),
  '57P02': ({ target, words }) => new ConnectionError(`${target} ended the session because it crashed: ${words}`),
  '57P03': ({ target, words }) => new UnhealthyError(`${target} does not accept connections: ${words}`),
  '57P04': ({ target, words }) =>
    new ConnectionError(`${target} ended the session: the database was dropped: ${words}`),
};
