/** The errors that an answer may show. Anything else is logged, and answered as `UnexpectedError: see the log, <id>`. */

export type ErrorCode =
  | 'TimeoutError'
  | 'ConnectionError'
  | 'TLSError'
  | 'AuthError'
  | 'ConfigurationError'
  | 'UnhealthyError'
  | 'UnexpectedError'
  | 'AbortedError';

/**
 * An error whose message is public: one line that tells an operator what to do next.
 * It is written by us from what we know to be harmless (host, port, queue name), never copied from a driver's text.
 */
export class CheckError extends Error {
  readonly code: ErrorCode;
  /** Whether it works, only not as it should: a yellow cluster. It does not count as failing. */
  readonly degraded: boolean;

  constructor(code: ErrorCode, message: string, { degraded = false }: Severity = {}) {
    super(oneLine(message));
    this.name = code;
    this.code = code;
    this.degraded = degraded;
  }
}

export interface Severity {
  readonly degraded?: boolean;
}

/** Nothing came in time. */
export class TimeoutError extends CheckError {
  constructor(message: string) {
    super('TimeoutError', message);
  }
}

/** Refused, reset, unreachable, or the name does not resolve. */
export class ConnectionError extends CheckError {
  constructor(message: string) {
    super('ConnectionError', message);
  }
}

export class TLSError extends CheckError {
  constructor(message: string) {
    super('TLSError', message);
  }
}

/** It answered, and does not let us in. */
export class AuthError extends CheckError {
  constructor(message: string) {
    super('AuthError', message);
  }
}

/** The namespace's document is wrong, not the thing checked. */
export class ConfigurationError extends CheckError {
  constructor(message: string) {
    super('ConfigurationError', message);
  }
}

/** It answered, and the answer is bad. */
export class UnhealthyError extends CheckError {
  constructor(message: string, severity?: Severity) {
    super('UnhealthyError', message, severity);
  }
}

/** The run was called off before the work had ended. That says nothing about what was checked. */
export class AbortedError extends CheckError {
  /** @param afterMs Milliseconds that the work had. */
  constructor(afterMs: number) {
    super('AbortedError', `called off after ${seconds(Math.round(afterMs))} s`);
  }
}

/** So many runs are under way that no other one is begun. Whoever asks may ask again a little later. */
export class TooManyRuns extends Error {
  override readonly name = 'TooManyRuns';
}

const MAX_MESSAGE_LENGTH = 300;
/** The first half of a surrogate pair that was cut in two. */
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/** The text on one line, without control characters, at most 300 characters long. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  if (line.length <= MAX_MESSAGE_LENGTH) return line;
  return `${line.slice(0, MAX_MESSAGE_LENGTH - 1).replace(HALF_CHARACTER, '')}…`;
}

/** Seconds for a message: `2`, `0.5`, `1.25`. */
export function seconds(milliseconds: number): string {
  return String(Number((milliseconds / 1000).toPrecision(milliseconds < 1000 ? 2 : 3)));
}

/** The `code` of an error, where it has a string one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
