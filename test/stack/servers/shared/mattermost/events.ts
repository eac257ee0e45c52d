/** The WebSocket of the stand-in for Mattermost. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { SLOW_MS } from './faults.ts';
import { idOf } from './world.ts';
import type { Post, World } from './world.ts';

const GOING_AWAY = 1001;
const sockets = new WebSocketServer({ noServer: true });

/** @param fault One of those below; anything else is none. */
export function serveEvents(world: World, fault: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => undefined);
  const refusal = REFUSALS[fault];
  if (refusal !== undefined) socket.end(refusal);
  else if (fault !== 'silent')
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      websocket.on('error', () => {
        websocket.terminate();
      });
      if (fault !== 'mute') new Connection(world, fault, websocket);
    });
}

const REFUSALS: Readonly<Record<string, string>> = {
  refused: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  error: 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  html: 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>',
  'bad gateway': 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  loop: 'HTTP/1.1 302 Found\r\nlocation: websocket\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  limited: 'HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  half: 'HTTP/1.1 101 Switching Protocols\r\nupgr',
};

interface Request {
  readonly action: string;
  readonly seq: number;
  readonly data?: { readonly token?: unknown };
}

class Connection {
  readonly #world: World;
  readonly #fault: string;
  readonly #socket: WebSocket;
  #seq = 0;

  constructor(world: World, fault: string, socket: WebSocket) {
    this.#world = world;
    this.#fault = fault;
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#answer(JSON.parse((data as Buffer).toString()) as Request);
    });
  }

  #answer({ action, seq, data }: Request): void {
    if (action === 'ping') this.#send({ status: 'OK', data: { text: 'pong' }, seq_reply: seq });
    if (action !== 'authentication_challenge') return;
    const user = this.#world.userOf(String(data?.token));
    // The server closes its connection without a close frame when it does not know the token.
    if (user === undefined || this.#fault === 'denied') {
      this.#socket.terminate();
      return;
    }
    if (this.#fault === 'refused token') {
      const error = {
        id: 'api.web_socket_router.not_authenticated.app_error',
        message: 'WebSocket is not authenticated.',
      };
      this.#send({ status: 'FAIL', error, seq_reply: seq });
      return;
    }
    if (this.#fault !== 'no hello')
      this.#event('hello', { server_version: '11.9.0', connection_id: idOf(randomUUID()) });
    this.#send({ status: 'OK', seq_reply: seq });
    this.#event('status_change', { status: 'online', user_id: idOf(user.username) });
    if (this.#fault === 'closed') this.#socket.close(GOING_AWAY);
    const { announce } = this.#world;
    this.#world.announce = (event, data, channelId) => {
      announce(event, data, channelId);
      if (this.#world.members.has(user.username)) this.#announced(event, data, channelId);
    };
  }

  #announced(event: string, data: Readonly<Record<string, unknown>>, channelId: string): void {
    const fault = event === 'posted' ? this.#fault : 'none';
    const deliver = (more: object = {}) => {
      this.#event(event, { ...data, ...more }, channelId);
    };
    const changed = (changes: Partial<Post>) => {
      const post = JSON.parse(String(data['post'])) as Post;
      deliver({ post: JSON.stringify({ ...post, ...changes }) });
    };
    const deeds: Readonly<Record<string, () => void>> = {
      lost: () => undefined,
      'lost among others': () => {
        this.#event('typing', { user_id: idOf('other') });
      },
      'of others': () => {
        changed({ id: idOf('another'), message: 'hello' });
      },
      'of others first': () => {
        changed({ id: idOf('another'), message: 'hello' });
        deliver();
      },
      'another author': () => {
        changed({ user_id: idOf('other') });
      },
      twice: () => {
        deliver();
        deliver();
      },
      'the same event twice': () => {
        this.#event('typing', { user_id: idOf('other') });
        this.#seq -= 1;
        deliver();
      },
      gap: () => {
        this.#seq += 1;
        deliver();
      },
      'out of order': () => {
        this.#seq += 1;
        deliver();
        this.#seq -= 2;
        this.#event('typing', { user_id: idOf('other') });
      },
      slow: () => {
        setTimeout(deliver, SLOW_MS);
      },
      'closed before the message': () => {
        this.#socket.close(GOING_AWAY);
      },
      'cut off before the message': () => {
        this.#socket.terminate();
      },
      'not JSON': () => {
        this.#socket.send('<html>');
      },
      binary: () => {
        this.#socket.send(Buffer.of(0x80, 0xff, 0));
      },
      'wrong types': () => {
        this.#event(event, { ...data, post: 7 }, channelId);
      },
      'half a post': () => {
        deliver({ post: String(data['post']).slice(0, 30) });
      },
      huge: () => {
        deliver({ padding: 'x'.repeat(2 * 1024 * 1024) });
      },
      flood: () => {
        for (let sent = 0; sent < 2000; sent += 1) this.#event('typing', { user_id: idOf('other') });
      },
    };
    (deeds[fault] ?? deliver)();
  }

  #event(event: string, data: object, channelId = ''): void {
    const broadcast = { omit_users: null, user_id: '', channel_id: channelId, team_id: '', connection_id: '' };
    this.#send({ event, data, broadcast, seq: this.#seq });
    this.#seq += 1;
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}
