/**
 * The URLs of databases. They are parsed here and not by the drivers, which let a URL parameter turn on anything: read
 * files, go to another host, send the password in clear text.
 */
import * as v from 'valibot';
import { url } from '../keys.ts';

export interface DatabaseUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** '' if the URL has none. */
  readonly password: string;
  /** '' if the URL has none. */
  readonly database: string;
}

/** `verify-ca` ignores the host name in the certificate; `encrypt` trusts any certificate. */
export type TlsMode = 'off' | 'encrypt' | 'verify-ca' | 'verify-full';

/** The URL parameters for TLS and their values, as the database's own clients spell them (values in lower case). */
export interface TlsWords {
  readonly parameters: readonly string[];
  readonly modes: Readonly<Record<string, TlsMode>>;
}

/** A string that is a usable URL of a database. */
export function databaseUrl(words: TlsWords, ...schemes: [string, ...string[]]) {
  return v.pipe(
    url(...schemes),
    v.check((text) => !URL.canParse(text) || new URL(text).username !== '', 'has no user before the host'),
    v.check(isDecodable, 'a % that is not part of a percent-encoding'),
    v.check(
      (text) => !URL.canParse(text) || !/[@#]/.test(text.slice(text.indexOf('://') + 3).replace(/^[^/?#@]*@/, '')),
      'an @ or # out of place; are special characters in user or password percent-encoded?',
    ),
    v.check(
      (text) => !URL.canParse(text) || wordsIn(new URL(text), words).every((word) => Object.hasOwn(words.modes, word)),
      `${words.parameters.join(' and ')} must be one of ${Object.keys(words.modes).join(', ')}`,
    ),
    v.check(
      (text) => !URL.canParse(text) || ![...new URL(text).searchParams.keys()].some(namesFile),
      'files for TLS are not read: put the PEM of the certificate authority into the key ca',
    ),
  );
}

function isDecodable(text: string): boolean {
  try {
    if (URL.canParse(text)) parseDatabaseUrl(text, 0);
    return true;
  } catch {
    return false;
  }
}

function namesFile(parameter: string): boolean {
  return /^(ssl|tls)[-_]?(root|ca|key|cert|crl)/i.test(parameter);
}

/** @param defaultPort Port to use if the URL names none. */
export function parseDatabaseUrl(text: string, defaultPort: number): DatabaseUrl {
  const { hostname, port, username, password, pathname } = new URL(text);
  return {
    host: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? defaultPort : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

/**
 * How strictly the server is verified. If a certificate authority is given, TLS is on and fully verified unless the URL
 * asks for less.
 */
export function tlsModeOf(config: { url: string; ca?: string | undefined }, words: TlsWords): TlsMode {
  const [word] = wordsIn(new URL(config.url), words);
  const mode = word === undefined ? undefined : words.modes[word];
  if (mode === 'encrypt' && config.ca !== undefined) return 'verify-ca';
  return mode ?? (config.ca === undefined ? 'off' : 'verify-full');
}

function wordsIn(url: URL, { parameters }: TlsWords): string[] {
  return parameters.flatMap((name) => url.searchParams.getAll(name)).map((word) => word.toLowerCase());
}
