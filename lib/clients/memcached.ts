/** memcached's text protocol: https://github.com/memcached/memcached/blob/master/doc/protocol.txt */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { BeginStage } from '../engine/stages.ts';
import { AuthError, UnhealthyError } from '../errors.ts';
import type { CheckError } from '../errors.ts';
import { timeConnecting } from './connecting.ts';
import { wrongProtocol } from './first-bytes.ts';
import { connectionClosed, networkError } from './network-errors.ts';
import { hostText } from './redis/url.ts';
import type { Host } from './redis/url.ts';

/** Seconds after which a key that could not be deleted expires. */
const EXPIRES_AFTER = 60;
/** The longest reply has the key, at most 250 bytes, and the value. */
const MAX_UNREAD = 1024;

/** The connection to one server. Its methods must be called one after the other. */
export class Pool {
  readonly address: string;
  readonly #name: string;
  readonly #host: string;
  readonly #socket: Socket;
  /** What the server has sent and nobody has read yet. */
  #unread = '';
  /** Why there will be no more to read. */
  #over: Error | undefined;
  #isConnected = false;
  #wake: () => void = () => undefined;

  constructor({ host, port }: Host, signal: AbortSignal) {
    this.#host = host;
    this.address = hostText({ host, port });
    this.#name = `memcached ${this.address}`;
    this.#socket = connect({ host, port, signal, noDelay: true });
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

  /** Sends a command and returns the first line of the reply. Whatever the server sent before is not a reply to it. */
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
    this.#end(new UnhealthyError(`${this.#name} sent more than 1 KiB as a reply`));
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
