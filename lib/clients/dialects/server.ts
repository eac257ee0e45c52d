/** Which server a check talks to: what its URL says, and its parts as keys of their own, which count more. */
import * as v from 'valibot';
import type { Problem } from '../../problem.ts';
import type { Dialect } from './dialect.ts';
import { Draft } from './draft.ts';
import type { Server, TlsMode } from './draft.ts';
import { mistakeIn, UrlMistake } from './mistake.ts';
import { hostIn, readUrl } from './read.ts';

/** The keys of a check that say which server it talks to. */
export interface ServerKeys {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | number | undefined;
  readonly tls?: string | undefined;
}

/** The words for the key `tls`. */
export const TLS_WORDS: Readonly<Record<string, TlsMode>> = {
  off: 'off',
  require: 'encrypt',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
  true: 'verify-full',
  false: 'off',
};

/** A mistake that concerns one key beside the URL. */
class KeyMistake extends UrlMistake {
  readonly key: string;

  constructor(key: string, message: string) {
    super(message);
    this.key = key;
  }
}

/** A string in which reading finds no `UrlMistake`. */
export function urlWithout(read: (text: string) => void) {
  const mistake = (text: string) =>
    mistakeIn(() => {
      read(text);
    });
  return v.pipe(
    v.string(),
    v.check(
      (text) => mistake(text) === undefined,
      (issue) => mistake(issue.input) ?? '',
    ),
  );
}

/** A URL that a dialect understands. It may leave out what keys of the check say. */
export function serverUrl(dialect: Dialect) {
  return urlWithout((text) => {
    readUrl(text, dialect).checkTls();
  });
}

/**
 * The server that a configuration means.
 *
 * @throws UrlMistake
 */
export function readServer(config: ServerKeys, dialect: Dialect): Server {
  const { url, host, port, user, password, database, tls } = config;
  if (url === undefined && host === undefined) throw new KeyMistake('url', 'missing: a check needs url or host');
  const draft = url === undefined ? new Draft() : readUrl(url, dialect);
  if (tls !== undefined) draft.want('the key tls', TLS_WORDS[tls] ?? 'verify-full');
  if (draft.hosts.length > 1 && (host !== undefined || port !== undefined))
    throw new KeyMistake(host === undefined ? 'port' : 'host', 'contradicts the URL, which has several hosts');
  const defaultPort = draft.hosts[0]?.port ?? dialect.ports[(draft.tls ?? 'off') === 'off' ? 0 : 1];
  if (host !== undefined) draft.hosts = [host.startsWith('/') ? { host, port: defaultPort } : named(host, defaultPort)];
  if (port !== undefined) draft.hosts = draft.hosts.map((one) => ({ ...one, port: portOf(port) }));
  draft.user = user ?? draft.user;
  draft.password = password ?? draft.password;
  draft.database = database === undefined ? draft.database : String(database);
  return draft.finished();
}

function named(host: string, port: number) {
  const mistake = mistakeIn(() => hostIn(inBrackets(host), port));
  if (mistake !== undefined) throw new KeyMistake('host', 'must be a host name or an IP address, without a port');
  return hostIn(inBrackets(host), port);
}

function inBrackets(host: string): string {
  return /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
}

function portOf(port: string | number): number {
  const number = /^\d{1,5}$/.test(String(port)) ? Number(port) : 0;
  if (number < 1 || number > 65_535) throw new KeyMistake('port', 'must be a number from 1 to 65535');
  return number;
}

/** For servers that have no user of their own to fall back on. @throws UrlMistake */
export function requireUser({ user }: Server): void {
  if (user === undefined || user === '') throw new UrlMistake('has no user before the host, and there is no key user');
}

/** The mistake that reading a configuration finds, with the key that it concerns. */
export function problemIn(read: () => void): Problem | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof UrlMistake)) throw error;
    return { path: error instanceof KeyMistake ? error.key : 'url', message: error.message };
  }
}

/** The server that a configuration means, read once. */
export function serverOf(dialect: Dialect): (config: ServerKeys) => Server {
  return onceFor((config) => readServer(config, dialect));
}

/** The same for something that is needed many times in a run: it is made once for each configuration. */
export function onceFor<Config extends object, Made>(make: (config: Config) => Made): (config: Config) => Made {
  const made = new WeakMap<Config, { readonly value: Made }>();
  return (config) => {
    const found = made.get(config) ?? { value: make(config) };
    made.set(config, found);
    return found.value;
  };
}
