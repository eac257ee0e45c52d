/** The user and password of a URL. */
import { unescape } from 'node:querystring';

/** The URL without user and password, which Node would decode or reject. */
export function withoutLogin(href: string): URL {
  const url = new URL(href);
  url.username = url.password = '';
  return url;
}

/** The value of an `Authorization` header; undefined if the URL has neither user nor password. */
export function basicLogin(href: string): string | undefined {
  const { username, password } = new URL(href);
  if (username + password === '') return undefined;
  return `Basic ${Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64')}`;
}
