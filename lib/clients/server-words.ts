/** What a server itself says, made safe for a message. */
import { shortLine } from '../errors.ts';

const MAX_WORDS = 200;

/** Shorter ones are hidden only where they stand alone: hiding every `a` would leave nothing to read. */
const MIN_ANYWHERE = 4;

/**
 * The server's own words on one line, at most 200 characters long, without secrets. It is for structured diagnostics of
 * a protocol only, never for an error that quotes rows of data.
 *
 * @param secrets What must not be shown wherever it stands, such as the password of the connection.
 * @returns '' for a page of HTML.
 */
export function serverWords(text: string, secrets: readonly (string | undefined)[] = []): string {
  if (/<(!doctype|html|head|body|\?xml)\b/i.test(text)) return '';
  const known = secrets.filter((secret) => secret !== undefined && secret !== '') as string[];
  const hidden = known
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .toSorted((one, other) => other.length - one.length)
    .reduce((line, secret) => line.replaceAll(placesOf(secret), '***'), text);
  const bare = hidden.replace(/\/\/[^\s/@]*@/g, '//***@').replace(/[\w+/=~-]{60,}/g, '***');
  return shortLine(bare, MAX_WORDS);
}

function placesOf(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return new RegExp(secret.length < MIN_ANYWHERE ? `(?<![\\w])${literal}(?![\\w])` : literal, 'g');
}

/** `: words`, or nothing where there are none. */
export function after(words: string): string {
  return words === '' ? '' : `: ${words}`;
}
