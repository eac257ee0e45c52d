/** The URLs of Redis: one server, the sentinels of a master, or the nodes of a cluster. */
import * as v from 'valibot';

export interface Host {
  readonly host: string;
  readonly port: number;
}

export interface RedisUrl {
  readonly form: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** Whether the server's certificate is checked. */
  readonly verify: boolean;
  /** At least one: the server, the sentinels, or nodes of the cluster. */
  readonly hosts: readonly Host[];
  readonly user?: string;
  readonly password?: string;
  readonly database: number;
  /** The sentinels' name for the master; '' in the other forms. */
  readonly master: string;
}

const PARTS =
  /^redis(?<tls>s?)(?:\+(?<form>sentinel|cluster))?:\/\/(?:(?<login>[^@/?#]*)@)?(?<hosts>[^@/?#]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

const DEFAULT_PORTS = { single: 6379, sentinel: 26379, cluster: 6379 } as const;

/** The spellings of redis-py and Celery, so that a URL made for them works here too. */
const VERIFY = new Map([
  ['none', false],
  ['CERT_NONE', false],
  ['required', true],
  ['CERT_REQUIRED', true],
]);

/** A mistake in a URL. Its message contains no part of the URL. */
class Mistake extends Error {}

/** A string that `parseRedisUrl` understands. */
export function redisUrl() {
  return v.pipe(
    v.string(),
    v.regex(/^rediss?(\+sentinel|\+cluster)?:\/\//, 'expected a URL that starts with redis:// or rediss://'),
    v.check(
      (text) => mistakeIn(text) === undefined,
      (issue) => mistakeIn(issue.input) ?? '',
    ),
  );
}

function mistakeIn(url: string): string | undefined {
  try {
    parseRedisUrl(url);
    return undefined;
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
}

/**
 * Parses `redis://user:password@host:6379/0`, `redis+sentinel://…@host:26379,host:26379/master/0` and
 * `redis+cluster://…@host:6379,host:6379`, each with `rediss` for TLS.
 *
 * @throws Error whose message says what is wrong, without any part of the URL.
 */
export function parseRedisUrl(url: string): RedisUrl {
  const parts = PARTS.exec(url)?.groups;
  if (parts === undefined) {
    throw new Mistake('not a valid Redis URL; are special characters in user or password percent-encoded?');
  }
  const form = parts.form === 'sentinel' || parts.form === 'cluster' ? parts.form : 'single';
  const hosts = (parts.hosts ?? '').split(',').map((text) => parseHost(text, DEFAULT_PORTS[form]));
  if (form === 'single' && hosts.length > 1) {
    throw new Mistake('more than one host: use redis+sentinel:// or redis+cluster://');
  }
  return {
    form,
    tls: parts.tls === 's',
    verify: parseQuery(parts.query ?? ''),
    hosts,
    ...parseLogin(parts.login),
    ...parsePath(form, (parts.path ?? '').replace(/\/$/, '')),
  };
}

const addresses = new WeakMap<object, RedisUrl>();

/** The parsed URL of a check's configuration. It is parsed once per configuration, since it is needed many times. */
export function addressOf(config: { readonly url: string }): RedisUrl {
  let address = addresses.get(config);
  if (address === undefined) addresses.set(config, (address = parseRedisUrl(config.url)));
  return address;
}

function parseLogin(login: string | undefined): { user?: string; password?: string } {
  if (login === undefined || login === '') return {};
  const [user = '', ...rest] = login.split(':');
  if (rest.length !== 1 || rest[0] === '') {
    throw new Mistake('before the @, expected :password or user:password, with special characters percent-encoded');
  }
  return { ...(user !== '' && { user: decode(user) }), password: decode(rest[0] ?? '') };
}

function parsePath(form: RedisUrl['form'], path: string): { database: number; master: string } {
  const segments = path === '' ? [] : path.split('/').map(decode);
  const master = form === 'sentinel' ? segments.shift() : '';
  if (master === undefined) throw new Mistake("name the master after the sentinels' hosts: /main or /main/0");
  if (!/^[\w.-]*$/.test(master))
    throw new Mistake("a master's name may contain only letters, digits, dots and hyphens");
  const [database = '0', ...more] = segments;
  if (more.length > 0 || !/^\d{1,5}$/.test(database)) throw new Mistake('the database must be a number, as in /0');
  if (form === 'cluster' && Number(database) !== 0) throw new Mistake('a cluster has no database but 0');
  return { database: Number(database), master };
}

function parseQuery(query: string): boolean {
  const { ssl_cert_reqs: verify = 'required', ...others } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(others).length > 0) {
    // The message does not name them: they may be the rest of a password that contains a question mark.
    throw new Mistake('unknown parameter after the ?; only ssl_cert_reqs is known');
  }
  const verified = VERIFY.get(verify);
  if (verified === undefined) throw new Mistake('ssl_cert_reqs must be none or required');
  return verified;
}

/**
 * @param defaultPort Port to use if the text names none; without it, the text must name one.
 * @throws Error
 */
export function parseHost(text: string, defaultPort?: number): Host {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port === undefined || port < 1 || port > 65535) {
    throw new Mistake('expected host or host:port; are special characters in user or password percent-encoded?');
  }
  return { host, port };
}

/** `host:6379`, with brackets around an IPv6 address. */
export function hostText({ host, port }: Host): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Mistake('a % that is not part of a percent-encoding');
  }
}
