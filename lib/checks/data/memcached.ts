/** The text protocol: https://github.com/memcached/memcached/blob/master/doc/protocol.txt */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import { timeConnecting } from '../../clients/connecting.ts';
import { wrongProtocol } from '../../clients/first-bytes.ts';
import { describe } from '../../clients/keys.ts';
import { connectionClosed, networkError } from '../../clients/network-errors.ts';
import { hostText, parseHost } from '../../clients/redis/url.ts';
import type { Host } from '../../clients/redis/url.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { AuthError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { defineKind } from '../kind.ts';

const DEFAULT_PORT = 11211;
/** Seconds after which a key that could not be deleted expires. */
const EXPIRES_AFTER = 60;
/** The longest reply has the key, at most 250 bytes, and the value. A server that sends more is not understood. */
const MAX_UNREAD = 1024;
const MAX_KEY_LENGTH = 250;
const MAX_PREFIX_LENGTH = MAX_KEY_LENGTH - randomUUID().length;

export const memcached = defineKind({
  kind: 'memcached',
  works: 'on every pool, `version` answers, and a unique key that expires is set, read back, deleted',
  keys: {
    url: describe(
      v.pipe(
        v.string(),
        v.regex(/^memcached:\/\//, 'expected a URL that starts with memcached://'),
        v.check((url) => hostsIn(url) !== undefined, 'expected memcached:// and one or more host:port, without a user'),
      ),
      'memcached://host:11211; several hosts separated by commas are several pools, each of which must work.',
    ),
    key_prefix: v.optional(
      describe(
        v.pipe(
          v.string(),
          v.regex(/^[\x21-\x7e]*$/, 'must have only printable ASCII characters, without spaces'),
          v.maxLength(MAX_PREFIX_LENGTH, `must have at most ${MAX_PREFIX_LENGTH} characters`),
        ),
        'Prefix of the unique key.',
      ),
      'healthgate:',
    ),
  },
  figures: { version: { label: 'server version', unit: '', sort: 'text' } },
  target: ({ url }) => `memcached ${addressesIn(url).join(',')}`,
  needs: ({ url }) => addressesIn(url),
  async check({ url, key_prefix }, context) {
    const { signal, stage } = context;
    signal.throwIfAborted(); // a socket that is created with an aborted signal connects nevertheless
    const pools = addressesIn(url).map((address) => new Pool(parseHost(address), signal));
    const [key, value] = [key_prefix + randomUUID(), randomUUID()];
    const all = <T>(work: Work<T>) => withAll(pools, stage, work);
    try {
      await all((pool, begin) => pool.connected(begin));
      const versions = await all(async (pool, begin) => {
        const version = await pool.version(begin);
        context.reached(pool.address);
        return version;
      });
      context.observe({ version: [...new Set(versions)].join(', ') });
      await all((pool, begin) => pool.set(key, value, begin));
      await all((pool, begin) => pool.get(key, value, begin));
      await all((pool, begin) => pool.delete(key, begin));
    } finally {
      for (const pool of pools) pool.destroy();
    }
  },
});

/** The hosts of the URL, each once; undefined if it is not one that this kind understands. */
function hostsIn(url: string): readonly Host[] | undefined {
  const list = /^memcached:\/\/([^/]+)\/?$/.exec(url)?.[1];
  try {
    return list?.split(',').map((host) => parseHost(host, DEFAULT_PORT));
  } catch {
    return undefined;
  }
}

function addressesIn(url: string): readonly string[] {
  return [...new Set(hostsIn(url)?.map(hostText))];
}

type Work<T> = (pool: Pool, begin: BeginStage) => Promise<T>;

/** Does a step with all pools at once. If there are several, the stage names those that have not done it yet. */
function withAll<T>(pools: readonly Pool[], stage: BeginStage, work: Work<T>): Promise<T[]> {
  const waiting = new Set(pools);
  let [lastName, lastWhen] = ['', ''];
  const begin: BeginStage = (name, when = `during ${name}`) => {
    [lastName, lastWhen] = [name, when];
    const names = [...waiting].map(({ address }) => address).join(' and ');
    stage(name, pools.length === 1 ? when : `${when} (${names})`);
  };
  const one = async (pool: Pool) => {
    const result = await work(pool, begin);
    waiting.delete(pool);
    if (waiting.size > 0) begin(lastName, lastWhen);
    return result;
  };
  return Promise.all(pools.map(one));
}

/** The connection to one server. Its methods must be called one after the other. */
class Pool {
  readonly address: string;
  readonly #name: string;
  readonly #host: string;
  readonly #socket: Socket;
  /** What the server sent and nobody read yet. */
  #unread = '';
  /** Why there will be no more to read. */
  #over: Error | undefined;
  #isConnected = false;
  #wake: () => void = () => undefined;

  constructor({ host, port }: Host, signal: AbortSignal) {
    this.#host = host;
    this.address = hostText({ host, port });
    this.#name = `memcached ${this.address}`;
    this.#socket = connect({ host, port, signal });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.#unread += text;
      if (this.#unread.length > MAX_UNREAD) this.#refuse();
      this.#wake();
    });
    this.#socket.once('connect', () => {
      this.#isConnected = true;
      this.#wake();
    });
    this.#socket.on('error', (error) => {
      this.#end(networkError(error, this.#name) ?? error);
    });
    this.#socket.once('close', () => {
      this.#end(connectionClosed(this.#name));
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async connected(stage: BeginStage): Promise<void> {
    timeConnecting(this.#socket, { host: this.#host, tls: false, stage });
    while (!this.#isConnected) await this.#news();
  }

  async version(stage: BeginStage): Promise<string> {
    stage('version');
    const version = /^VERSION ([\x20-\x7e]+)$/.exec(await this.#ask('version'))?.[1];
    if (version === undefined) throw wrongProtocol(this.#name);
    return version;
  }

  async set(key: string, value: string, stage: BeginStage): Promise<void> {
    stage('set');
    const reply = await this.#ask('set', key, 0, EXPIRES_AFTER, `${value.length}\r\n${value}`);
    if (reply !== 'STORED') throw new UnhealthyError(`${this.#name} did not answer set with STORED`);
  }

  async get(key: string, value: string, stage: BeginStage): Promise<void> {
    stage('get');
    const reply = await this.#ask('get', key);
    if (reply === 'END')
      throw new UnhealthyError(`${this.#name} lost a key right after it was set; is it evicting keys?`);
    if (!reply.startsWith(`VALUE ${key} `)) throw new UnhealthyError(`${this.#name} did not answer get with VALUE`);
    if (reply !== `VALUE ${key} 0 ${value.length}` || (await this.#line()) !== value)
      throw new UnhealthyError(`${this.#name} returned a different value than the one that was set`);
    if ((await this.#line()) !== 'END') throw new UnhealthyError(`${this.#name} did not end its answer to get`);
  }

  async delete(key: string, stage: BeginStage): Promise<void> {
    stage('delete');
    const reply = await this.#ask('delete', key);
    if (reply === 'NOT_FOUND')
      throw new UnhealthyError(`${this.#name} lost a key before it was deleted; is it evicting keys?`);
    if (reply !== 'DELETED') throw new UnhealthyError(`${this.#name} did not answer delete with DELETED`);
  }

  /** Sends a command and returns the first line of the reply. What the server said before is no reply to it. */
  async #ask(command: string, ...args: (string | number)[]): Promise<string> {
    const isUnasked = this.#unread !== '';
    if (!isUnasked) this.#socket.write(`${[command, ...args].join(' ')}\r\n`);
    const reply = await this.#line();
    const refusal = refusalIn(reply, command, this.#name);
    if (refusal !== undefined) throw refusal;
    if (isUnasked) throw wrongProtocol(this.#name);
    return reply;
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf('\r\n');
      if (end < 0) {
        await this.#news();
        continue;
      }
      const line = this.#unread.slice(0, end);
      this.#unread = this.#unread.slice(end + 2);
      return line;
    }
  }

  async #news(): Promise<void> {
    if (this.#over === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    else throw this.#over;
  }

  #refuse(): void {
    this.#unread = '';
    this.#end(wrongProtocol(this.#name));
    this.#socket.destroy();
  }

  #end(reason: Error): void {
    this.#over ??= reason;
    this.#wake();
  }
}

/** What is wrong if a reply is an error. Only its first word is shown; of the rest, we show what we recognize. */
function refusalIn(reply: string, command: string, name: string): CheckError | undefined {
  const word = /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR)(?= |$)/.exec(reply)?.[0];
  if (word === undefined) return undefined;
  const said = `${name} answered ${command} with ${word}`;
  if (reply.startsWith('CLIENT_ERROR unauthenticated'))
    return new AuthError(`${said}: it asks for a login, and this kind of check has none`);
  const advice = ADVICE.find(([start]) => reply.startsWith(start))?.[1] ?? '';
  return new UnhealthyError(`${said}${advice}`);
}

const ADVICE: readonly (readonly [start: string, advice: string])[] = [
  ['SERVER_ERROR out of memory', ': it is out of memory; raise its limit (-m), or let it evict keys (without -M)'],
  ['SERVER_ERROR', '; see its log, and if it is a proxy, the servers behind it'],
  ['ERROR Too many open connections', ': it has reached its limit of connections (-c)'],
  ['ERROR', ': it does not know the command; is it a proxy that lacks it?'],
  ['CLIENT_ERROR', ': it does not accept the command; may keys begin with key_prefix?'],
];
