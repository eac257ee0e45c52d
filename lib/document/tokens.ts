/** Access tokens: how they are made, what they contain and how they are compared. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A namespace's name. It is also used in file names and secrets' names, so it has no slashes and no leading dot. */
export const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The most characters of a token: enough for a JWT. A longer text is not even hashed. */
export const MAX_TOKEN_LENGTH = 4096;

/** The fewest characters of a token: a shorter one could be guessed. */
export const MIN_TOKEN_LENGTH = 16;

const MADE = /^hg_(?<namespace>.+)_[A-Za-z0-9_-]{43}$/;

/** A new token for the namespace, with 256 random bits: `hg_<namespace>_<43 characters>`. */
export function createToken(namespace: string): string {
  return `hg_${namespace}_${randomBytes(32).toString('base64url')}`;
}

/** The namespace that a token made by `createToken` carries; undefined for any other token. */
export function namespaceOf(token: string): string | undefined {
  const namespace = MADE.exec(token)?.groups?.namespace;
  return namespace !== undefined && NAMESPACE.test(namespace) ? namespace : undefined;
}

/** SHA-256 of a token, in hexadecimal. Only digests are compared, and logs may show them. */
export function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a request's text could be a token at all. */
export function isTokenLike(text: string): boolean {
  return text.length > 0 && text.length <= MAX_TOKEN_LENGTH;
}

/** Whether one of the digests is the token's. The time does not depend on which one matches, or how much of it. */
export function matches(token: string, digests: readonly string[]): boolean {
  const given = Buffer.from(digest(token));
  return digests.reduce((found, expected) => timingSafeEqual(given, Buffer.from(expected)) || found, false);
}
