/** Answers requests for another protocol than HTTP. Loaded with the first of them. */
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocketAnswer } from '../formats/format.ts';
import type { Response } from './messages.ts';

/** Bytes of a message from a client, which is read and ignored. */
const MAX_MESSAGE_BYTES = 1024;
/** Bytes of the reason in a closing frame: https://datatracker.ietf.org/doc/html/rfc6455#section-5.5 */
const MAX_REASON_BYTES = 123;
/** Milliseconds that a client has to close the connection when it was answered. */
const CLOSE_WITHIN_MS = 1000;

export interface Upgrade {
  readonly incoming: IncomingMessage;
  /** Bytes that came after the request. */
  readonly head: Buffer;
  readonly socket: Socket;
}

/** Answers over WebSocket where the client asks for it and there is such an answer; otherwise over HTTP. */
export function answerUpgrade(
  { incoming, socket, head }: Upgrade,
  response: Response,
  send: (outgoing: ServerResponse) => void,
): void {
  const { webSocket } = response;
  if (socket.destroyed) return;
  if (webSocket !== undefined && incoming.headers.upgrade?.toLowerCase() === 'websocket')
    overWebSocket({ incoming, socket, head }, webSocket);
  else overHttp({ incoming, socket, head }, send);
}

function overHttp({ incoming, socket }: Upgrade, send: (outgoing: ServerResponse) => void): void {
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(socket);
  outgoing.once('finish', () => {
    socket.resume(); // what is left unread would make the system reset the connection
    socket.end();
    destroyLater(socket);
  });
  send(outgoing);
}

function overWebSocket({ incoming, socket, head }: Upgrade, { messages, code, reason }: WebSocketAnswer): void {
  const [preferred = ''] = Object.keys(messages);
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => [...offered].find((name) => Object.hasOwn(messages, name)) ?? false,
  });
  server.handleUpgrade(incoming, socket, head, (client) => {
    client.on('error', () => undefined); // a client that breaks the protocol gets no more than its answer
    const message = messages[client.protocol === '' ? preferred : client.protocol];
    if (message !== undefined) client.send(message);
    client.close(code, cut(reason));
    destroyLater(socket);
  });
}

function destroyLater(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** The beginning of the text that fits into a closing frame, without half a character at its end. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_REASON_BYTES) return text;
  return bytes
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD+$/, '');
}
