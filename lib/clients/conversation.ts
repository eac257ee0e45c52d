/** A conversation over WebSocket: one connection, what it is sent, and what must be answered. */
import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Opened } from '../engine/connections.ts';
import type { CheckContext } from '../engine/types.ts';
import { UnhealthyError } from '../errors.ts';
import type { CheckError } from '../errors.ts';
import { closeWebsocket, createWebsocket, NO_CLOSE_FRAME, watchWebsocket } from './websocket.ts';
import type { WebsocketOptions } from './websocket.ts';

/** The server, and what it is sent and must answer. */
export interface Conversation extends WebsocketOptions {
  readonly send?: string | undefined;
  /** Whether this message is the awaited one. Throws if it tells of a fault. Unless given, a ping is sent. */
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
  const socket = await createWebsocket(config, context, signal);
  const destroy = () => {
    socket.terminate();
  };
  try {
    await exchange(socket, config, target, context);
  } catch (error) {
    destroy();
    throw error;
  }
  return { value: undefined, close: () => closeWebsocket(socket), destroy };
}

function exchange(socket: WebSocket, config: Conversation, target: string, context: Stages): Promise<void> {
  const payload = randomBytes(8);
  const { accepts, waiting = accepts === undefined ? PONG : MESSAGE } = config;
  return new Promise((resolve, reject) => {
    // Before the usual words for it, since the first error counts.
    socket.on('close', (code, reason) => {
      if (code !== NO_CLOSE_FRAME && config.closed !== undefined) reject(config.closed(code, reason.toString()));
    });
    const { counted } = watchWebsocket(socket, target, reject);
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
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('pong', onPong);
    socket.on('message', onMessage);
  });
}
