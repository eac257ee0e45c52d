/** The URLs of Redis: one server, the sentinels of a master, or the nodes of a cluster. */
import { hostText } from '../dialects/draft.ts';
import type { Host, Server } from '../dialects/draft.ts';
import { UrlMistake } from '../dialects/mistake.ts';
import { hostIn, schemeIn } from '../dialects/read.ts';
import { redisDialect, segmentsOf } from '../dialects/redis.ts';
import { onceFor, problemIn, readServer, serverUrl, urlWithout } from '../dialects/server.ts';
import type { ServerKeys } from '../dialects/server.ts';
import type { Problem } from '../../problem.ts';
import { certificateMistake } from '../server-keys.ts';
import type { ServerConfig } from '../server-keys.ts';

export { hostText };
export type { Host };

export interface RedisUrl {
  readonly form: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** At least one: the server, the sentinels, or nodes of the cluster. */
  readonly hosts: readonly Host[];
  readonly user?: string;
  readonly password?: string;
  readonly database: number;
  /** The sentinels' name for the master; '' in the other forms. */
  readonly master: string;
  /** Everything that the URL says. */
  readonly server: Server;
}

/** A string that `parseRedisUrl` understands. */
export function redisUrl() {
  return urlWithout(parseRedisUrl);
}

/** A URL of Redis that may leave out what keys of the check say. */
export function redisUrlPart() {
  return serverUrl(redisDialect);
}

/**
 * Parses `redis://user:password@host:6379/0`, `redis+sentinel://…@host:26379,host:26379/master/0` and
 * `redis+cluster://…@host:6379,host:6379`, each with `rediss` for TLS.
 *
 * @throws UrlMistake whose message says what is wrong, without any part of the URL.
 */
export function parseRedisUrl(url: string): RedisUrl {
  return parseRedis({ url });
}

function parseRedis(config: ServerKeys): RedisUrl {
  const server = readServer(config, redisDialect);
  const form = config.url === undefined ? 'single' : formOf(schemeIn(config.url, redisDialect).name);
  if (form === 'single' && server.hosts.length > 1)
    throw new UrlMistake('has more than one host: use redis+sentinel:// or redis+cluster://');
  return {
    form,
    tls: server.tls !== undefined && server.tls !== 'off',
    hosts: server.hosts,
    ...loginOf(server),
    ...placeOf(form, server),
    server,
  };
}

/** The server of a check's configuration. It is read once per configuration, since it is needed many times. */
export const addressOf = onceFor(parseRedis);

/** What is wrong with the keys that say which server it is, taken together. */
export function redisMistake(config: ServerConfig): Problem | undefined {
  const problem = problemIn(() => addressOf(config));
  return problem ?? certificateMistake(config, addressOf(config).tls);
}

function formOf(scheme: string): RedisUrl['form'] {
  if (scheme.endsWith('sentinel')) return 'sentinel';
  return scheme.endsWith('cluster') ? 'cluster' : 'single';
}

/** `default` is the user that everybody is without a login. */
function loginOf({ user = '', password = '' }: Server): { user?: string; password?: string } {
  if (password !== '') return { ...(user !== '' && { user }), password };
  if (user === '' || user === 'default') return {};
  throw new UrlMistake('has a user but no password; before the @, expected :password or user:password');
}

function placeOf(form: RedisUrl['form'], server: Server): { database: number; master: string } {
  const segments = segmentsOf(server.options.path ?? '');
  const { master = form === 'sentinel' ? segments.shift() : '' } = server.options;
  if (master === undefined) throw new UrlMistake("must name the master after the sentinels' hosts: /main or /main/0");
  if (!/^[\w.-]*$/.test(master))
    throw new UrlMistake('has a master whose name is not made of letters, digits, dots and hyphens');
  if (form !== 'sentinel' && master !== '')
    throw new UrlMistake('names a master, which needs sentinels: use redis+sentinel://');
  const [inPath = '0', ...more] = segments;
  const database = server.database ?? inPath;
  if (more.length > 0 || !/^\d{1,5}$/.test(database))
    throw new UrlMistake('has a database that is not a number; expected one, as in /0');
  if (form === 'cluster' && Number(database) !== 0) throw new UrlMistake('has a database, but a cluster has only 0');
  return { database: Number(database), master };
}

/** The address of another server that a server names. @throws UrlMistake */
export function parseHost(text: string): Host {
  return hostIn(text);
}
