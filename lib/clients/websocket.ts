/** A conversation over WebSocket: one connection, what it is sent, and what must be answered. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import type { Opened } from '../engine/connections.ts';
import { AuthError, UnhealthyError } from '../errors.ts';
import type { CheckError } from '../errors.ts';
import { codeOf } from '../errors.ts';
import { connectionClosed, networkError } from './network-errors.ts';
import type { CheckContext } from '../engine/types.ts';
import { drivers } from './drivers/index.ts';
import { HTTP_OVER_TLS, timeConnecting } from './connecting.ts';
import { httpError } from './http/errors.ts';
import { isTlsUrl } from './url.ts';
import type { TlsKeys } from './tls.ts';

/** The most that the server may send before the expected message. */
const MAX_MESSAGES = 1000;
const MAX_BYTES = 1024 * 1024;
const MAX_FRAGMENTS = 10_000;
/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const NORMAL_CLOSURE = 1000;
const NO_CLOSE_FRAME = 1006;

/** The server, and what it is sent and must answer. */
export interface Conversation extends TlsKeys {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocol?: string | undefined;
  readonly send?: string | undefined;
  /** Whether this message is the awaited one. Throws if it says that something is wrong. Unless given, a ping is sent. */
  readonly accepts?: ((message: Buffer) => boolean) | undefined;
  /** The stage of waiting for the message. */
  readonly waiting?: readonly [name: string, when: string];
  /** The error for a connection that the server closes with such a frame. */
  readonly closed?: ((code: number, reason: string) => CheckError) | undefined;
}

const PONG = ['pong', 'while waiting for the pong'] as const;
const MESSAGE = ['message', 'while waiting for the expected message'] as const;

type Stages = Pick<CheckContext, 'stage'>;

/** @throws CheckError */
export async function converse(
  config: Conversation,
  target: string,
  context: Stages,
  signal: AbortSignal,
): Promise<Opened<undefined>> {
  const { WebSocket } = await drivers.ws();
  signal.throwIfAborted();
  const address = new URL(config.url);
  address.hash = ''; // never sent, and ws rejects it
  const socket = new WebSocket(address, config.subprotocol ?? [], {
    headers: { 'user-agent': 'healthgate', ...config.headers },
    maxPayload: MAX_BYTES,
    maxFragments: MAX_FRAGMENTS,
    perMessageDeflate: false,
    ...HTTP_OVER_TLS,
    autoPong: false, // it would answer thousands of pings at a time
    ca: config.ca,
    cert: config.cert,
    key: config.key,
    finishRequest: (request) => {
      request.once('socket', (connecting) => {
        const { hostname } = address;
        const ready = () => {
          context.stage('handshake');
        };
        const host = hostname.replace(/^\[|\]$/g, '');
        timeConnecting(connecting, { host, tls: isTlsUrl(config.url), stage: context.stage, ready });
        connecting.once('error', (error) => socket.emit('error', error)); // ws only says that the connection closed
      });
      request.end();
    },
  });
  const destroy = () => {
    socket.terminate();
  };
  signal.addEventListener('abort', destroy, { once: true });
  try {
    await exchange(socket, config, target, context);
  } catch (error) {
    destroy();
    throw socketError(error, target);
  }
  return {
    value: undefined,
    close: () => {
      if (socket.readyState === socket.CLOSED) return undefined;
      socket.close(NORMAL_CLOSURE);
      return once(socket, 'close');
    },
    destroy,
  };
}

function exchange(socket: WebSocket, config: Conversation, target: string, context: Stages): Promise<void> {
  const payload = randomBytes(8);
  const { accepts, waiting = accepts === undefined ? PONG : MESSAGE } = config;
  let messages = 0;
  let bytes = 0;
  let isOver = false;
  return new Promise((resolve, reject) => {
    /** Calls `use`, unless the server has sent too much. ws still reads what it has got when it is closed. */
    const counted = (use: (data: Buffer) => void) => (data: Buffer) => {
      if (isOver) return;
      use(data);
      messages += 1;
      bytes += data.length;
      const most = messages > MAX_MESSAGES ? `${MAX_MESSAGES} messages` : bytes > MAX_BYTES ? '1 MiB' : undefined;
      if (most === undefined) return;
      isOver = true;
      reject(new UnhealthyError(`${target} sent more than ${most}, but not what the check waits for`));
    };
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      reject((code !== NO_CLOSE_FRAME && config.closed?.(code, reason.toString())) || closed(code, target));
    });
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      reject(refusal(statusCode, target));
      request.destroy();
    });
    socket.on('upgrade', ({ headers }) => {
      if (config.subprotocol !== undefined && headers['sec-websocket-protocol'] !== config.subprotocol)
        reject(new UnhealthyError(`${target} did not agree to the subprotocol`));
    });
    socket.on('open', () => {
      if (config.send !== undefined) socket.send(config.send);
      context.stage(...waiting);
      if (accepts === undefined) socket.ping(payload);
    });
    const onPong = counted((data) => {
      if (data.equals(payload)) resolve();
    });
    const onMessage = counted((data) => {
      try {
        if (accepts?.(data) === true) resolve();
      } catch (error) {
        reject(error as Error);
      }
    });
    const onPing = counted((data) => {
      socket.pong(data);
    });
    socket.on('pong', onPong);
    socket.on('message', onMessage);
    socket.on('ping', onPing);
  });
}

function refusal(status: number, target: string): CheckError {
  if (status === 401 || status === 403)
    return new AuthError(
      `${target} answered the handshake with ${status}: it requires credentials, or refused those it got`,
    );
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
