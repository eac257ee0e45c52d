/** The errors that an answer may show. Any other is logged, and answered as `UnexpectedError: see the log, <id>`. */

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
 * An error with a public message: one line that tells an operator what is wrong and what to look at next.
 * The message is made from harmless parts (host, port, queue name) and never copied from a driver's text.
 */
export class CheckError extends Error {
  readonly code: ErrorCode;
  /** Whether the target works, but is impaired, like a yellow cluster. That does not count as failing. */
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

/** No answer came in time. */
export class TimeoutError extends CheckError {
  constructor(message: string) {
    super('TimeoutError', message);
  }
}

/** The connection was refused or reset, the host is unreachable, or the name does not resolve. */
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

/** It answered, and refused access. */
export class AuthError extends CheckError {
  constructor(message: string) {
    super('AuthError', message);
  }
}

/** The namespace's document is wrong, not the target. */
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

/** The run was called off before the work had ended. That says nothing about the target. */
export class AbortedError extends CheckError {
  /** @param afterMs The milliseconds from the start of the work until it was called off. */
  constructor(afterMs: number) {
    super('AbortedError', `called off after ${seconds(Math.round(afterMs))} s`);
  }
}

/** So many runs are under way that no other one is begun. Whoever asks may ask again a little later. */
export class TooManyRuns extends Error {
  override readonly name = 'TooManyRuns';
}

/** Characters of a message. */
export const MAX_MESSAGE_LENGTH = 300;
/** The first half of a surrogate pair that was cut in two. */
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/** The text on one line, without control characters, at most 300 characters long. */
export function oneLine(text: string): string {
  return shortLine(text, MAX_MESSAGE_LENGTH);
}

/** The text on one line, without control characters, cut at `maxLength` characters. It is valid Unicode. */
export function shortLine(text: string, maxLength: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\s]+/gu, ' ').trim();
  const isShort = line.length <= maxLength;
  const kept = (isShort ? line : line.slice(0, maxLength - 1)).replace(HALF_CHARACTER, '').toWellFormed();
  return isShort ? kept : `${kept}…`;
}

/** Seconds for a message: `2`, `0.5`, `1.25`. */
export function seconds(milliseconds: number): string {
  return String(Number((milliseconds / 1000).toPrecision(milliseconds < 1000 ? 2 : 3)));
}

/** The `code` of an error, if it is a string. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
