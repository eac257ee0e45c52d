/** Finds the parts of a document that must not appear in a log line. */
import { isArray, isObject } from './json.ts';
import type { Json } from './json.ts';

/** The passwords and query values of URLs, and all values of headers. */
export function secretsIn(value: Json, key = ''): string[] {
  if (typeof value === 'string') return key === 'headers' ? secretsOfHeader(value) : secretsOfUrl(value);
  if (isObject(value)) return [...value].flatMap(([name, inner]) => secretsIn(inner, key === 'headers' ? key : name));
  return isArray(value) ? value.flatMap((inner) => secretsIn(inner, key)) : [];
}

/** The whole value, and what follows the scheme in `Bearer …`. */
function secretsOfHeader(text: string): string[] {
  return [text, ...text.split(' ').slice(1), ...secretsOfUrl(text)];
}

/**
 * `scheme://user:password@…?query`. By hand, since `URL` does not support several hosts (Sentinel, Cluster).
 * As in `URL`, the last @ ends the password.
 */
const URL_PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:(?<user>[^:@/?#]*):(?<password>[^/?#]*)@)?[^?#]*(?:\?(?<query>[^#]*))?/i;

function secretsOfUrl(text: string): string[] {
  const { user = '', password, query = '' } = URL_PARTS.exec(text)?.groups ?? {};
  const found = [...new URLSearchParams(query).values()];
  if (password !== undefined && password !== '') {
    const plain = decode(password);
    found.push(password, plain, Buffer.from(`${decode(user)}:${plain}`).toString('base64'));
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
