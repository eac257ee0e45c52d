/**
 * The cookies that an answer sets for the requests that follow it, to the same host. A check knows no other answers, so
 * it needs no jar that reaches over domains: https://www.rfc-editor.org/rfc/rfc6265#section-5
 */
import type { IncomingHttpHeaders } from 'node:http';

const MAX_COOKIES = 50;
const MAX_LENGTH = 4096;

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  readonly isSecure: boolean;
  readonly expiresAt: number | undefined;
}

export class Cookies {
  readonly #kept = new Map<string, Cookie>();

  /** Keeps what an answer of this URL sets, and forgets what it takes back. */
  keep(url: URL, headers: IncomingHttpHeaders, now = Date.now()): void {
    for (const text of headers['set-cookie'] ?? []) {
      const cookie = cookieIn(text, url);
      if (cookie === undefined) continue;
      const key = JSON.stringify([cookie.host, cookie.path, cookie.name]);
      this.#kept.delete(key);
      if ((cookie.expiresAt ?? Infinity) > now && this.#kept.size < MAX_COOKIES) this.#kept.set(key, cookie);
    }
  }

  /** The header for a request of this URL, after the cookies that it has anyway; undefined if there are none. */
  header(url: URL, own: string | undefined): string | undefined {
    const sent = [...this.#kept.values()]
      .filter(({ host, path, isSecure }) => {
        return host === url.hostname && isBelow(url.pathname, path) && (!isSecure || url.protocol === 'https:');
      })
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`);
    const all = [...(own === undefined ? [] : [own]), ...sent];
    return all.length === 0 ? undefined : all.join('; ');
  }
}

/** Undefined for one that is malformed, too long, or meant for another host. */
function cookieIn(text: string, url: URL): Cookie | undefined {
  if (text.length > MAX_LENGTH || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return undefined;
  const [[name, value] = ['', ''], ...attributes] = pairsIn(text);
  if (name === '' || !/^[^;]*=/.test(text)) return undefined;
  const given = new Map(attributes.map(([key, word]) => [key.toLowerCase(), word]));
  const domain = given.get('domain')?.replace(/^\./, '').toLowerCase() ?? '';
  if (domain !== '' && url.hostname !== domain && !url.hostname.endsWith(`.${domain}`)) return undefined;
  const isSecure = given.has('secure');
  if (isSecure && url.protocol !== 'https:') return undefined;
  const path = given.get('path') ?? '';
  return {
    name,
    value,
    host: url.hostname,
    path: path.startsWith('/') ? path : folderOf(url.pathname),
    isSecure,
    expiresAt: expiryOf(given),
  };
}

/** The name and value before each semicolon, without the space around them. */
function pairsIn(text: string): (readonly [string, string])[] {
  return text.split(';').map((part) => {
    const [name = '', ...value] = part.split('=');
    return [name.trim(), value.join('=').trim()] as const;
  });
}

/** Milliseconds since 1970; undefined for one that lasts. */
function expiryOf(attributes: ReadonlyMap<string, string>): number | undefined {
  const age = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(age)) return Number(age) <= 0 ? 0 : undefined; // a run is over before anything else expires
  const at = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(at) ? undefined : at;
}

function folderOf(pathname: string): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
}

function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
