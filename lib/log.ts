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
  hiding(secrets: readonly string[]): Log;
}

const MAX_CAUSES = 5;
/** Characters of a text in a line, of all texts together, and the items of a list or keys of an object. */
const MAX_TEXT = 4096;
const MAX_TEXTS = 32_768;
const MAX_ITEMS = 100;

/**
 * @param write Called with each line, without a line feed.
 */
export function createLog(write: (line: string) => void, secrets: readonly string[] = []): Log {
  // Made with the first line, since most runs write none.
  const hide: Hide = (text) => hideAll(secrets)(text);
  const longest = Math.max(0, ...secrets.map(({ length }) => length));
  const entry =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      // Lambda knows the level and the time of a line by these names.
      const line = { level, timestamp: new Date().toISOString(), message, ...fields };
      write(stringify(line, short(hide, longest)));
    };
  return {
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    hiding: (more) => createLog(write, secrets.length === 0 ? more : [...secrets, ...more]),
  };
}

/** Never throws: a check must not fail because of its log lines. */
function stringify(line: { readonly level: string; readonly message: string }, hide: Hide): string {
  let left = MAX_TEXTS;
  const replacer = (key: string, value: unknown) => {
    if (left <= 0) return undefined;
    const written = plain(value, hide);
    left -= key.length + (typeof written === 'string' ? written.length : 4);
    return written;
  };
  try {
    return JSON.stringify(line, replacer);
  } catch {
    left = MAX_TEXTS;
    const { level, message } = line;
    return JSON.stringify({ level, timestamp: new Date().toISOString(), message, fields: 'not JSON' }, replacer);
  }
}

/**
 * Hides, and shortens the text. It is cut before as well, since hiding takes time; a secret that is cut in two by that
 * is dropped.
 */
function short(hide: Hide, longest: number): Hide {
  return (text) => {
    if (text.length <= MAX_TEXT) return hide(text);
    const begins = hide(text.slice(0, MAX_TEXT + 2 * longest));
    return `${begins.slice(0, Math.min(MAX_TEXT, begins.length - longest))}…`;
  };
}

/** At most a hundred of the items of a list, or of the keys of an object. */
function few(value: object): object {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.length > MAX_ITEMS ? [...items.slice(0, MAX_ITEMS), '…'] : items;
  }
  const entries = Object.entries(value);
  return entries.length > MAX_ITEMS ? Object.fromEntries([...entries.slice(0, MAX_ITEMS), ['…', '…']]) : value;
}

/** Makes values that JSON does not support (errors, big integers) plain, and hides the secrets in strings. */
function plain(value: unknown, hide: Hide): unknown {
  if (typeof value === 'string') return hide(value);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return plainError(value, MAX_CAUSES);
  return typeof value === 'object' && value !== null ? few(value) : value;
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
