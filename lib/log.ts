/** Structured log: one JSON object per line. The secrets that it was given never appear in a line. */
import { CheckError } from './errors.ts';
import { codeOf } from './errors.ts';
import { hideAll } from './hide.ts';
import type { Hide } from './hide.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** The same log, but it also hides these secrets. */
  hiding(secrets: Iterable<string>): Log;
}

const MAX_CAUSES = 5;

/**
 * @param write Called with each line, without a line feed.
 */
export function createLog(write: (line: string) => void, secrets: readonly string[] = []): Log {
  const hide = hideAll(secrets);
  const entry =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      // Lambda knows the level and the time of a line by these names.
      const line = { level, timestamp: new Date().toISOString(), message, ...fields };
      write(stringify(line, hide));
    };
  return {
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    hiding: (more) => createLog(write, [...secrets, ...more]),
  };
}

/** Never throws: a check must not fail because of its log lines. */
function stringify(line: { readonly level: string; readonly message: string }, hide: Hide): string {
  const replacer = (_key: string, value: unknown) => plain(value, hide);
  try {
    return JSON.stringify(line, replacer);
  } catch {
    const { level, message } = line;
    return JSON.stringify({ level, timestamp: new Date().toISOString(), message, fields: 'not JSON' }, replacer);
  }
}

/** Makes values that JSON does not support (errors, big integers) plain, and hides the secrets in strings. */
function plain(value: unknown, hide: Hide): unknown {
  if (typeof value === 'string') return hide(value);
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? plainError(value, MAX_CAUSES) : value;
}

/**
 * A `CheckError` is written without its stack, since its message says everything.
 *
 * @param left How many further causes to follow: an error may be its own cause.
 */
function plainError(error: Error, left: number): object {
  const { name, message, cause } = error;
  const stack = error instanceof CheckError ? undefined : error.stack;
  const inner = (link: unknown) => (link instanceof Error && left > 0 ? plainError(link, left - 1) : undefined);
  const errors = error instanceof AggregateError ? error.errors.slice(0, MAX_CAUSES).map(inner) : undefined;
  return { name, code: codeOf(error), message, stack, errors, cause: inner(cause) };
}
