import * as v from 'valibot';
import { describe, text, url } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { isTlsUrl } from '../../clients/url.ts';
import { headersKey, webNeeds, webTarget } from '../../clients/http/request.ts';
import { converse } from '../../clients/conversation.ts';
import { defineKind } from '../kind.ts';
import { containing } from './containing.ts';

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
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, isTlsUrl(url)),
  target: (config) => webTarget('websocket', config.url),
  needs: webNeeds,
  async check(config, context) {
    const { expect, ...server } = config;
    const accepts = expect === undefined ? undefined : containing(expect);
    const target = webTarget('websocket', config.url);
    await context.share(JSON.stringify(['websocket', config]), (signal) =>
      converse({ ...server, accepts }, target, context, signal),
    );
  },
});
