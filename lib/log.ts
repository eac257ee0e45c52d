/** Structured log: one JSON object a line. What it is told to hide never reaches the line. */

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** The same log, which also hides these secrets. */
  hiding(secrets: Iterable<string>): Log;
}

/** A shorter text is no secret, and would blot out half of the line. */
const MIN_SECRET_LENGTH = 4;

/**
 * @param write Takes one line, without its line feed.
 */
export function createLog(write: (line: string) => void, secrets: readonly string[] = []): Log {
  const hidden = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).sort((a, b) => b.length - a.length);
  const entry =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      const line = { level, time: new Date().toISOString(), message, ...fields };
      write(JSON.stringify(line, (_key, value: unknown) => plain(value, hidden)));
    };
  return {
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    hiding: (more) => createLog(write, [...secrets, ...more]),
  };
}

/** What JSON cannot say of a value (errors, big integers), with the secrets taken out of every string. */
function plain(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return hide(value, secrets);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    const code = 'code' in value ? value.code : undefined;
    return {
      name: value.name,
      code,
      message: value.message,
      stack: value.stack,
      cause: value.cause instanceof Error ? value.cause : undefined,
    };
  }
  return value;
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
