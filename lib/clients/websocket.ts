/** A WebSocket whose connecting is timed and whose server is bounded, for kinds that talk over one. */
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import type { CheckContext } from '../engine/types.ts';
import { AuthError, codeOf, UnhealthyError } from '../errors.ts';
import type { CheckError } from '../errors.ts';
import { HTTP_OVER_TLS, timeConnecting } from './connecting.ts';
import { drivers } from './drivers/index.ts';
import { httpError } from './http/errors.ts';
import { connectionClosed, networkError } from './network-errors.ts';
import type { TlsKeys } from './tls.ts';

/** The most that the server may send before what the check waits for. */
const MAX_MESSAGES = 1000;
const MAX_BYTES = 1024 * 1024;
const MAX_FRAGMENTS = 10_000;
/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const NORMAL_CLOSURE = 1000;
export const NO_CLOSE_FRAME = 1006;

export interface WebsocketOptions extends TlsKeys {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocol?: string | undefined;
}

/** Begins to connect. The socket is terminated when the signal is aborted. */
export async function createWebsocket(
  { url, headers, subprotocol, ca, cert, key }: WebsocketOptions,
  { stage }: Pick<CheckContext, 'stage'>,
  signal: AbortSignal,
): Promise<WebSocket> {
  const { WebSocket } = await drivers.ws();
  signal.throwIfAborted();
  const address = new URL(url);
  address.hash = ''; // never sent, and ws rejects it
  const socket = new WebSocket(address, subprotocol ?? [], {
    headers: { 'user-agent': 'healthgate', ...headers },
    maxPayload: MAX_BYTES,
    maxFragments: MAX_FRAGMENTS,
    perMessageDeflate: false,
    ...HTTP_OVER_TLS,
    autoPong: false, // it would answer thousands of pings at a time
    ca,
    cert,
    key,
    finishRequest: (request) => {
      request.once('socket', (connecting) => {
        const { hostname, protocol } = address;
        const ready = () => {
          stage('handshake');
        };
        const host = hostname.replace(/^\[|\]$/g, '');
        timeConnecting(connecting, { host, tls: protocol === 'wss:', stage, ready });
        connecting.once('error', (error) => socket.emit('error', error)); // ws only says that the connection closed
      });
      request.end();
    },
  });
  signal.addEventListener(
    'abort',
    () => {
      socket.terminate();
    },
    { once: true },
  );
  return socket;
}

/** Calls `fail` when the connection fails, is refused or closes, and when the server has sent too much. */
export function watchWebsocket(socket: WebSocket, target: string, fail: (error: unknown) => void) {
  let messages = 0;
  let bytes = 0;
  let isOver = false;
  socket.on('error', (error) => {
    fail(socketError(error, target));
  });
  socket.on('close', (code) => {
    fail(closed(code, target));
  });
  socket.on('unexpected-response', (request, { statusCode = 0 }) => {
    fail(refusal(statusCode, target));
    request.destroy();
  });
  /** Calls `use`, unless the server has sent too much. ws still reads what it has got when it is closed. */
  const counted = (use: (data: Buffer) => void) => (data: Buffer) => {
    if (isOver) return;
    use(data);
    messages += 1;
    bytes += data.length;
    const most = messages > MAX_MESSAGES ? `${MAX_MESSAGES} messages` : bytes > MAX_BYTES ? '1 MiB' : undefined;
    if (most === undefined) return;
    isOver = true;
    fail(new UnhealthyError(`${target} sent more than ${most}, but not what the check waits for`));
  };
  socket.on(
    'ping',
    counted((data) => {
      socket.pong(data);
    }),
  );
  return { counted };
}

/** Closes it as the protocol demands, if it is open. */
export function closeWebsocket(socket: WebSocket): Promise<unknown> | undefined {
  if (socket.readyState === socket.CLOSED) return undefined;
  socket.close(NORMAL_CLOSURE);
  return once(socket, 'close');
}

function refusal(status: number, target: string): CheckError {
  if (status === 401 || status === 403)
    return new AuthError(
      `${target} answered the handshake with ${status}: it requires credentials, or refused those it got`,
    );
  if (status === 429) return new UnhealthyError(`${target} answered the handshake with 429: it limits requests`);
  return new UnhealthyError(
    `${target} answered the handshake with ${status}, expected 101; does it speak websocket there?`,
  );
}

function closed(code: number, target: string): CheckError {
  if (code === NO_CLOSE_FRAME) return connectionClosed(target);
  return new UnhealthyError(`${target} closed the connection with code ${code}`);
}

/** An error of ws has a code of its own after the handshake, and none if the handshake itself is wrong. */
function socketError(error: unknown, target: string): unknown {
  const code = codeOf(error);
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return new UnhealthyError(`${target} sent more than 1 MiB in one message`);
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS')
    return new UnhealthyError(`${target} sent more than ${MAX_FRAGMENTS} fragments of one message`);
  if (code?.startsWith('WS_ERR_') === true)
    return new UnhealthyError(`${target} breaks the websocket protocol: ${code}`);
  return (
    httpError(error, target) ?? networkError(error, target) ?? (code === undefined ? brokenHandshake(target) : error)
  );
}

function brokenHandshake(target: string): CheckError {
  return new UnhealthyError(`${target} did not complete the websocket handshake properly`);
}
