/** What the errors of ClickHouse's HTTP interface mean. */
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { serverWords } from '../server-words.ts';

export interface ClickhouseAnswer {
  /** The server's own code; NaN if it gave none. */
  readonly code: number;
  readonly body: string;
  /** What the server's words must not show. */
  readonly secrets: readonly string[];
}

/**
 * By the server's own error code, if it gave one:
 * https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
export function serverError(status: number | undefined, answer: ClickhouseAnswer, target: string): CheckError {
  const { code } = answer;
  const words = wordsOf(answer);
  if (REFUSED.has(code)) return new AuthError(`${target} refused the user or the password`);
  if (FORBIDDEN.has(code))
    return new AuthError(`${target}: the user may not run the query, or not from here: ${words}`);
  if (code === 62) return new ConfigurationError(`${target}: the query has a mistake in its SQL (code 62)`);
  if (MISTAKES.has(code)) return new ConfigurationError(`${target} cannot run the query: ${words}`);
  if (code === 202) return new UnhealthyError(`${target} is already running too many queries: ${words}`);
  if (code > 0) return new UnhealthyError(`${target} failed to run the query: ${words}`);
  if (status === 401 || status === 403)
    return new AuthError(`${target} refused the user or the password: HTTP ${String(status)}`);
  if (status !== 200)
    return new UnhealthyError(`${target} answered HTTP ${String(status)}; is it ClickHouse's HTTP port?`);
  return new UnhealthyError(
    `${target} did not answer with a result; is it ClickHouse, and is the query without FORMAT?`,
  );
}

/** Unknown user, wrong and missing password, authentication failed. */
const REFUSED = new Set([192, 193, 194, 516]);
/** Readonly, address not allowed, database access denied, access denied. */
const FORBIDDEN = new Set([164, 195, 291, 497]);
/** No such column, unknown function, identifier, table, database and setting. */
const MISTAKES = new Set([16, 46, 47, 60, 81, 115]);
/** Time, number of queries, network, memory, read-only table, disk space, parts: they quote no data. */
const CAPACITY = new Set([159, 202, 209, 210, 241, 242, 243, 252]);

/** `Code: 60. DB::Exception: …`; of old servers `Code: 60, e.displayText() = DB::Exception: …, e.what() = …`. */
const EXCEPTION = /DB::Exception: ([^]*?)(?:, e\.what\(\)|\. Stack trace|,? Stack trace| \(version |$)/;
/** Where a message begins to quote the query. */
const QUERY = /[,:]? (?:while processing query|in scope|In scope|in query)\b[^]*$/;

function wordsOf({ code, body, secrets }: ClickhouseAnswer): string {
  const isQuotable = FORBIDDEN.has(code) || MISTAKES.has(code) || CAPACITY.has(code);
  const text = isQuotable ? (EXCEPTION.exec(body)?.[1] ?? '') : '';
  // `app: Not enough privileges` begins with the name of the user, which is part of the user info.
  const words = serverWords(text.replace(QUERY, '').replace(/^[^:]{1,60}: (?=Not enough)/, ''), secrets);
  const number = `code ${String(code)}`;
  return words === '' ? number : `${words.replace(/[.,]$/, '')} (${number})`;
}
