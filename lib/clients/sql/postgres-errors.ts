/** What the refusals of a PostgreSQL server mean. */
import { AuthError, CheckError, ConfigurationError, ConnectionError, TLSError, UnhealthyError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { wrongProtocol } from '../first-bytes.ts';

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

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function serverError(error: unknown, target: string): CheckError | undefined {
  if (error instanceof CheckError) return error;
  if (!(error instanceof Error)) return undefined;
  // The driver's own SCRAM errors have no code.
  if (error.message.startsWith('SASL:')) return new AuthError(`${target}: logging in by SCRAM failed`);
  if (error.message.startsWith('received invalid response')) return wrongProtocol(target);
  if (!('severity' in error)) return undefined;
  const state = codeOf(error) ?? '';
  if (!/^[0-9A-Z]{5}$/.test(state)) return wrongProtocol(target);
  const meaning = MEANINGS[state] ?? MEANINGS[state.slice(0, 3)] ?? MEANINGS[state.slice(0, 2)];
  return meaning?.(target, state) ?? new UnhealthyError(`${target} answered with an error: SQLSTATE ${state}`);
}

/** By the whole state, by its first three characters, or by the two of its class. */
const MEANINGS: Readonly<Record<string, (target: string, state: string) => CheckError>> = {
  '28': (target) => new AuthError(`${target} refused the user or the password`),
  '28000': (target) =>
    new AuthError(
      `${target} does not let this user in from here: no role, no line in pg_hba.conf, or it requires sslmode=require`,
    ),
  '42': (target, state) => new ConfigurationError(`${target} cannot run the query: SQLSTATE ${state}`),
  '42501': (target) => new AuthError(`${target}: the user may not run the query or use the database`),
  '3D000': (target) => new ConfigurationError(`${target} has no such database`),
  '53300': (target) => new UnhealthyError(`${target} has no connection slot left; see max_connections`),
  '57P': (target) => new ConnectionError(`${target} ended the session: it is shutting down, or an operator ended it`),
  '57P03': (target) =>
    new UnhealthyError(`${target} does not accept connections: it is starting, stopping or recovering`),
};
