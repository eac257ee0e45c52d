/** Finds the parts of a document that must not appear in a log line. */
import { isArray, isObject } from './json.ts';
import type { Json } from './json.ts';

/** Words of a header that may follow its scheme. */
const MAX_WORDS = 8;
/** A longer query is hidden as a whole instead of value by value. */
const MAX_QUERY_LENGTH = 16_384;

/** Keys of checks whose values are secret. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['password', 'token']);
/** Keys of a target of notices whose values are secret: whoever knows the URL of a webhook may write there. */
const TARGET_KEYS: ReadonlySet<string> = new Set(['url', 'secret', 'routing_key', 'api_key']);

/** Passwords, tokens, private keys, the query values of URLs, and all values of headers. */
export function secretsIn(value: Json): string[] {
  const found = new Set<string>();
  collect(value, '', { found, seen: new Set() });
  const targets = isObject(value) ? value.get('notify') : undefined;
  for (const target of isArray(targets) ? targets : [])
    if (isObject(target)) for (const secret of secretsOfTarget(target)) found.add(secret);
  return [...found];
}

/**
 * What is secret in the configuration of a target of notices: its keys and its URL as a whole, and what a server may
 * repeat of that URL.
 */
export function secretsOfTarget(target: Iterable<readonly [string, unknown]>): string[] {
  return [...target].flatMap(([key, value]) => {
    if (!TARGET_KEYS.has(key) || typeof value !== 'string') return [];
    const { path = '', query = '' } =
      /^[a-z]+:\/\/[^/?#]*(?<path>[^?#]*)(?:\?(?<query>[^#]*))?/i.exec(value)?.groups ?? {};
    const last = path.split('/').findLast((part) => part !== '') ?? '';
    const values = query.length > MAX_QUERY_LENGTH ? [query] : [...new URLSearchParams(query).values()];
    const parts = [`${path}?${query}`, path, ...(NO_WORD.test(last) ? [last] : []), ...values];
    return [value, ...parts.filter(isLong), ...passwordsIn(value)];
  });
}

/** What cannot be a word that messages must be able to say. */
const NO_WORD = /\d|[a-z][A-Z]|.{20}/;

/** Names of headers and of the parameters of a URL whose values are credentials. */
const CREDENTIAL =
  /(?:auth|authorization|token|key|secret|password|passwd|pwd|cookie|credential|session|signature|sig)$/i;
/** A shorter value may be a word, which messages must be able to say. */
const MIN_CREDENTIAL_LENGTH = 8;
/** What stands before a token in a header. */
const SCHEME = /^(?:basic|bearer|digest|jwt|token) +/i;

/**
 * The credentials in a document that a server may return to whoever sent them: the user and password of a URL as HTTP
 * writes them, and the values of headers and of parameters whose names say so.
 */
export function credentialsIn(value: Json, key = ''): string[] {
  if (typeof value === 'string') return value.split(NEXT_URL).flatMap(credentialsInUrl);
  if (isArray(value)) return value.flatMap((inner) => credentialsIn(inner, key));
  if (!isObject(value)) return [];
  return [...value].flatMap(([name, inner]) => {
    const isCredential = key === 'headers' && typeof inner === 'string' && CREDENTIAL.test(name);
    return isCredential ? [inner, inner.replace(SCHEME, '')].filter(isLong) : credentialsIn(inner, name);
  });
}

function credentialsInUrl(text: string): string[] {
  const { user = '', password = '', query = '' } = URL_PARTS.exec(text)?.groups ?? {};
  const pair = `${decode(user)}:${decode(password)}`;
  return [
    ...(password === '' ? [] : [Buffer.from(pair).toString('base64')]),
    ...(query.length > MAX_QUERY_LENGTH
      ? []
      : [...new URLSearchParams(query)].flatMap(([name, value]) =>
          CREDENTIAL.test(name) && isLong(value) ? [value] : [],
        )),
  ];
}

function isLong(value: string): boolean {
  return value.length >= MIN_CREDENTIAL_LENGTH;
}

interface Collection {
  readonly found: Set<string>;
  /** Strings that were searched, since one may be repeated thousands of times. */
  readonly seen: Set<string>;
}

function collect(value: Json, key: string, collection: Collection): void {
  if (typeof value === 'string') {
    if (key === 'headers') collectHeader(value, collection);
    else if (SECRET_KEYS.has(key) || value.includes('PRIVATE KEY-----')) collection.found.add(value);
    else for (const url of value.split(NEXT_URL)) collectUrl(url, collection);
  } else if (isObject(value)) {
    for (const [name, inner] of value) collect(inner, key === 'headers' ? key : name, collection);
  } else if (isArray(value)) {
    for (const inner of value) collect(inner, key, collection);
  }
}

/** The whole value, and what follows the scheme in `Bearer …`. */
function collectHeader(text: string, collection: Collection): void {
  const { found } = collection;
  if (found.has(text)) return;
  found.add(text);
  for (const word of text.split(' ', MAX_WORDS + 1).slice(1)) found.add(word);
  collectUrl(text, collection);
}

/** Between the URLs of several brokers, as Celery writes them. */
const NEXT_URL = /;(?=[a-z][a-z0-9+.-]*:\/\/)/i;

/**
 * `scheme://user:password@…?query`. By hand, since `URL` does not support several hosts (Sentinel, Cluster).
 * As in `URL`, the last @ ends the password.
 */
const URL_PARTS =
  /^(?:jdbc:)?[a-z][a-z0-9+.-]*:\/\/(?:(?<user>[^:@/?#]*):(?<password>[^/?#]*)@)?[^?#]*(?:\?(?<query>[^#]*))?/i;

function collectUrl(text: string, { found, seen }: Collection): void {
  if (seen.has(text)) return;
  seen.add(text);
  const { user = '', password, query = '' } = URL_PARTS.exec(text)?.groups ?? {};
  if (query.length > MAX_QUERY_LENGTH) found.add(query);
  else for (const value of new URLSearchParams(query).values()) found.add(value);
  if (password === undefined || password === '') return;
  const plain = decode(password);
  for (const secret of [password, plain, Buffer.from(`${decode(user)}:${plain}`).toString('base64')]) found.add(secret);
}

/** The passwords in the URLs that a text consists of, as they are written and decoded. */
export function passwordsIn(text: string): string[] {
  return text.split(NEXT_URL).flatMap((url) => {
    const { password = '' } = URL_PARTS.exec(url)?.groups ?? {};
    return password === '' ? [] : [password, decode(password)];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
