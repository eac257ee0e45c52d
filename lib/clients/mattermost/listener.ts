/**
 * Waits for one message over Mattermost's WebSocket.
 *
 * Not through Mattermost's own client: in Node.js, that needs `WebSocket` and `CloseEvent` as globals of the whole
 * process, writes to the console, connects again after every failure, and throws where nothing catches it when a
 * message is not JSON. Like that client, this one takes a gap in the numbers of the events for a loss.
 */
import * as v from 'valibot';
import type { WebSocket } from 'ws';
import type { CheckContext } from '../../engine/types.ts';
import { AuthError, UnhealthyError } from '../../errors.ts';
import { webTarget } from '../http/request.ts';
import { after, serverWords } from '../server-words.ts';
import { closeWebsocket, createWebsocket, watchWebsocket } from '../websocket.ts';
import { id } from './api.ts';
import { baseUrl } from './server.ts';
import type { MattermostServer } from './server.ts';

export interface Arrival {
  readonly postId: string;
  readonly userId: string;
  readonly channelId: string;
  /** When it arrived, on the clock of `performance.now()`. */
  readonly at: number;
}

/** A connection that is authenticated and receives events. */
export interface Listener {
  /** Resolves with the first message that contains the text. Rejects when the connection fails before. */
  readonly arrival: Promise<Arrival>;
  /** How many other events have arrived. */
  readonly others: () => number;
  readonly close: () => Promise<unknown> | undefined;
  readonly terminate: () => void;
}

const envelope = v.object({
  seq: v.optional(v.number()),
  seq_reply: v.optional(v.number()),
  event: v.optional(v.string()),
  status: v.optional(v.string()),
  data: v.optional(v.unknown()),
  error: v.optional(v.object({ message: v.fallback(v.string(), '') })),
});
/** The post is JSON within a string. */
const posted = v.object({ post: v.string() });
const postInEvent = v.object({ id, user_id: id, channel_id: id, message: v.string() });

/** The number of our only request, which the reply to it repeats. */
const CHALLENGE = 1;

/** @param signal Ends the connection. */
export async function listen(
  server: MattermostServer,
  { token, text }: { readonly token: string; readonly text: string },
  context: Pick<CheckContext, 'stage'>,
  signal: AbortSignal,
): Promise<Listener> {
  const { ca, cert, key } = server;
  // As Mattermost's own client asks for a new connection.
  const url = `${baseUrl(server).replace(/^http/, 'ws')}/api/v4/websocket?connection_id=&sequence_number=0`;
  const socket = await createWebsocket({ url, ca, cert, key }, context, signal);
  const events = new Events(socket, webTarget('mattermost', server.url), { token, text });
  socket.once('open', () => {
    context.stage('authentication', 'while the listener authenticates over WebSocket');
    socket.send(JSON.stringify({ action: 'authentication_challenge', seq: CHALLENGE, data: { token } }));
  });
  try {
    await events.ready;
  } catch (error) {
    socket.terminate();
    throw error;
  }
  return {
    arrival: events.arrival,
    others: () => events.others,
    close: () => closeWebsocket(socket),
    terminate: () => {
      socket.terminate();
    },
  };
}

class Events {
  others = 0;
  /** Resolves when the server has said hello and accepted the token. */
  readonly ready: Promise<void>;
  readonly arrival: Promise<Arrival>;
  readonly #target: string;
  readonly #wanted: { readonly token: string; readonly text: string };
  readonly #waitingFor = new Set(['hello', 'reply']);
  #next = 0;
  #begin: () => void = () => undefined;
  #arrive: (arrival: Arrival) => void = () => undefined;

  constructor(socket: WebSocket, target: string, wanted: { readonly token: string; readonly text: string }) {
    this.#target = target;
    this.#wanted = wanted;
    const failed = new Promise<never>((_resolve, reject) => {
      const { counted } = watchWebsocket(socket, target, reject);
      const onMessage = counted((data) => {
        try {
          this.#take(data);
        } catch (error) {
          reject(error instanceof Error ? error : new Error('not an error'));
        }
      });
      socket.on('message', onMessage);
    });
    this.ready = Promise.race([failed, new Promise<void>((resolve) => (this.#begin = resolve))]);
    this.arrival = Promise.race([failed, new Promise<Arrival>((resolve) => (this.#arrive = resolve))]);
    // Nobody waits for them after a failure or the end.
    for (const promise of [this.ready, this.arrival]) promise.catch(() => undefined);
  }

  #take(data: Buffer): void {
    const message = this.#read(envelope, data.toString(), 'a message that is not an event');
    if (message.seq_reply !== undefined) {
      if (message.seq_reply !== CHALLENGE) return;
      if (message.status !== 'OK')
        throw new AuthError(
          `${this.#target} refused the token of the listener over WebSocket` +
            after(serverWords(message.error?.message ?? '', [this.#wanted.token])),
        );
      this.#has('reply');
      return;
    }
    if (message.seq !== this.#next) {
      const came = `number ${String(message.seq)} came instead of ${String(this.#next)}`;
      throw new UnhealthyError(`${this.#target} lost, repeated or swapped events of its WebSocket: ${came}`);
    }
    this.#next += 1;
    if (message.event === 'hello') this.#has('hello');
    if (message.event === 'posted' && this.#isWanted(message.data)) return;
    if (message.event !== 'hello') this.others += 1;
  }

  #has(what: string): void {
    this.#waitingFor.delete(what);
    if (this.#waitingFor.size === 0) this.#begin();
  }

  #isWanted(data: unknown): boolean {
    const at = performance.now();
    const what = 'a posted event whose post cannot be read';
    const event = v.safeParse(posted, data);
    if (!event.success) throw new UnhealthyError(`${this.#target} sent ${what}`);
    const post = this.#read(postInEvent, event.output.post, what);
    if (!post.message.includes(this.#wanted.text)) return false;
    this.#arrive({ postId: post.id, userId: post.user_id, channelId: post.channel_id, at });
    return true;
  }

  #read<Schema extends v.GenericSchema>(schema: Schema, json: string, what: string): v.InferOutput<Schema> {
    try {
      return v.parse(schema, JSON.parse(json));
    } catch {
      throw new UnhealthyError(`${this.#target} sent ${what} over WebSocket`);
    }
  }
}
