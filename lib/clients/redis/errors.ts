/** What the error replies of a Redis server mean. */
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { after, serverWords } from '../server-words.ts';
import { hostText, parseHost } from './url.ts';
import type { Host } from './url.ts';

/** A server: its name for messages, and its address. */
export interface Teller {
  readonly name: string;
  readonly host: Host;
}

/** A cluster's answer: the key is on another node (MOVED), or its slot is being moved there (ASK). */
export class Redirect extends Error {
  readonly kind: 'MOVED' | 'ASK';
  readonly to: Host;

  constructor(kind: 'MOVED' | 'ASK', to: Host) {
    super(`${kind} to another node`);
    this.kind = kind;
    this.to = to;
  }
}

/** The host that a server names. An empty name means the server's own address. */
export function hostFrom(host: unknown, port: unknown, teller: Teller): Host {
  try {
    const name = typeof host === 'string' && host !== '' ? host : teller.host.host;
    return parseHost(hostText({ host: name, port: Number(port) }));
  } catch {
    throw new UnhealthyError(`${teller.name} named another server by an invalid address`);
  }
}

/** The text of an error reply. ioredis wraps one that comes before any command was sent (too many clients). */
export function replyIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.name === 'ReplyError' ? error.message : /Last error: (.*)/.exec(error.message)?.[1];
}

/**
 * By the first word of the reply, which is its code:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export function replyError(reply: string, { command, args = [], secrets = [] }: Asked, node: Teller): Error {
  const { name } = node;
  const [code = '', ...words] = reply.split(' ');
  // The name of the user is part of the user info.
  const said = after(serverWords(words.join(' ').replace(/^User \S+ has/, 'this user has'), secrets));
  const meaning = MEANINGS[code];
  if (meaning !== undefined) return meaning(name, command, said);
  if (code === 'MOVED' || code === 'ASK') {
    const [, host, port] = /^(.*):(\d+)$/.exec(words[1] ?? '') ?? [];
    return new Redirect(code, hostFrom(host, port, node));
  }
  // This reply has no code of its own, and comes before any command.
  if (reply.includes('max number of clients')) return new UnhealthyError(`${name} has reached its maxclients`);
  const refusal = REFUSALS[command];
  if (code === 'ERR' && refusal !== undefined) return refusal(name, said, args);
  const error = /^[A-Z]{1,20}$/.test(code) ? `an error (${code})${said}` : 'an error';
  return new UnhealthyError(`${name} answered ${command} with ${error}`);
}

/** The command that was answered. */
interface Asked {
  readonly command: string;
  readonly args?: readonly (string | number)[];
  /** What the server's words must not show: old servers quote the arguments of a command. */
  readonly secrets?: readonly (string | undefined)[];
}

const MEANINGS: Readonly<Record<string, (name: string, command: string, said: string) => CheckError>> = {
  NOAUTH: (name) => new AuthError(`${name} asks for a password, and the URL has none that it accepts`),
  WRONGPASS: (name) => new AuthError(`${name} refused the user or the password`),
  NOPERM: (name, command, said) =>
    /\bkeys?\b/.test(said)
      ? new AuthError(`${name}: the user may run ${command}, but not on this key; see ACL GETUSER${said}`)
      : new AuthError(`${name}: the user may not run ${command}; see ACL GETUSER${said}`),
  DENIED: (name) =>
    new AuthError(`${name} is in protected mode: it accepts no clients from here until it has a password`),
  LOADING: (name) => new UnhealthyError(`${name} is still loading its data into memory`),
  READONLY: (name) => new UnhealthyError(`${name} is a read-only replica; did the master move?`),
  OOM: (name) => new UnhealthyError(`${name} is out of memory: it has reached maxmemory and may not evict anything`),
  MISCONF: (name, _, said) => new UnhealthyError(`${name} refuses writes because it cannot save to disk${said}`),
  NOREPLICAS: (name) => new UnhealthyError(`${name} refuses writes because too few replicas keep up`),
  MASTERDOWN: (name) => new UnhealthyError(`${name} is a replica that has lost its master`),
  CLUSTERDOWN: (name, _, said) =>
    new UnhealthyError(`${name} reports that its cluster is down; see CLUSTER INFO${said}`),
  BUSY: (name) => new UnhealthyError(`${name} is busy with a script; see SCRIPT KILL`),
};

/** What a plain ERR means as the answer to a command. */
const REFUSALS: Readonly<Record<string, (name: string, said: string, args: readonly unknown[]) => CheckError>> = {
  AUTH: (name) => new AuthError(`${name} refused the login: the password is wrong, or the server has none`),
  SELECT: (name, said, [database]) => new ConfigurationError(`${name} has no database ${String(database)}${said}`),
  CLUSTER: (name) => new ConfigurationError(`${name} is not part of a cluster; use redis:// without +cluster`),
  SENTINEL: (name) => new ConfigurationError(`${name} is not a sentinel; is this the port of the server itself?`),
};
