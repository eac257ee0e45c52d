import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { WebSocket } from 'ws';
import type { Opened } from '../../engine/connections.ts';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { describe, text, url } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import { containing } from './containing.ts';
import type { ConfigOf } from '../kind.ts';
import { headersKey, webNeeds, webTarget } from '../../clients/http/request.ts';
import { closeWebsocket, createWebsocket, watchWebsocket } from '../../clients/websocket.ts';

export const websocket = defineKind({
  kind: 'websocket',
  works: 'the handshake succeeds, then a ping is answered or the expected message comes',
  couldPass: 'without `expect`, a server whose library answers pings while the application behind it hangs',
  keys: {
    url: describe(url('ws', 'wss'), 'URL to connect to. Redirects are not followed.', 'wss://chat.example/socket'),
    headers: headersKey,
    subprotocol: v.optional(
      describe(
        v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'not a valid name of a subprotocol')),
        'Subprotocol that the server must agree to.',
        'graphql-transport-ws',
      ),
    ),
    send: v.optional(describe(v.string(), 'Message to send after the handshake.', '{"type":"ping"}')),
    expect: v.optional(
      describe(
        text(),
        "Text that one of the server's messages must contain; unless set, a ping must be answered.",
        'pong',
      ),
    ),
    ...tlsKeys,
  },
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, /^(https|wss):/.test(url)),
  target: (config) => webTarget('websocket', config.url),
  needs: webNeeds,
  async check(config, context) {
    await context.share(JSON.stringify(['websocket', config]), (signal) => open(config, context, signal));
  },
});

/** The server, and what it is sent and must answer. */
type Conversation = ConfigOf<typeof websocket>;

type Stages = Pick<CheckContext, 'stage'>;

async function open(config: Conversation, context: Stages, signal: AbortSignal): Promise<Opened<undefined>> {
  const socket = await createWebsocket(config, context, signal);
  const destroy = () => {
    socket.terminate();
  };
  try {
    await converse(socket, config, context);
  } catch (error) {
    destroy();
    throw error;
  }
  return { value: undefined, close: () => closeWebsocket(socket), destroy };
}

function converse(socket: WebSocket, config: Conversation, context: Stages): Promise<void> {
  const target = webTarget('websocket', config.url);
  const payload = randomBytes(8);
  const isExpected = config.expect === undefined ? undefined : containing(config.expect);
  return new Promise((resolve, reject) => {
    const { counted } = watchWebsocket(socket, target, reject);
    socket.on('upgrade', ({ headers }) => {
      if (config.subprotocol !== undefined && headers['sec-websocket-protocol'] !== config.subprotocol)
        reject(new UnhealthyError(`${target} did not agree to the subprotocol`));
    });
    socket.on('open', () => {
      if (config.send !== undefined) socket.send(config.send);
      if (config.expect === undefined) context.stage('pong', 'while waiting for the pong');
      else context.stage('message', 'while waiting for the expected message');
      if (config.expect === undefined) socket.ping(payload);
    });
    const onPong = counted((data) => {
      if (data.equals(payload)) resolve();
    });
    const onMessage = counted((data) => {
      if (isExpected?.(data) === true) resolve();
    });
    socket.on('pong', onPong);
    socket.on('message', onMessage);
  });
}
