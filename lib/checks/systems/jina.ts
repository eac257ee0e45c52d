import * as v from 'valibot';
import { dryRunByGrpc, dryRunByHttp, dryRunByWebsocket, healthByHttp } from '../../clients/jina.ts';
import type { JinaServer } from '../../clients/jina.ts';
import { proveServing } from '../../clients/grpc/health.ts';
import { grpcUrl } from '../../clients/grpc/keys.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import { describe } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { isTlsUrl } from '../../clients/url.ts';
import type { CheckContext } from '../../engine/types.ts';
import { defineKind } from '../kind.ts';

type Prove = (server: JinaServer, target: string, context: CheckContext) => Promise<void>;

const healthByGrpc: Prove = (server, target, context) => proveServing(server, { target, service: '' }, context);

/** How each protocol is asked for the readiness of a whole Flow, and for the health of one part. */
const PROTOCOLS: Readonly<Record<string, { readonly flow: Prove; readonly part: Prove }>> = {
  grpc: { flow: dryRunByGrpc, part: healthByGrpc },
  http: { flow: dryRunByHttp, part: healthByHttp },
  // The gateway serves HTTP on the port of its WebSocket.
  ws: { flow: dryRunByWebsocket, part: healthByHttp },
};

export const jina = defineKind({
  kind: 'jina',
  works: 'the dry run of a Flow, or the health of its gateway or an executor, is without error',
  couldPass:
    'with the role `gateway`, a Flow whose executors are down; with the others, an executor whose own code fails, ' +
    'since a dry run does not call it',
  example: ['role'],
  keys: {
    url: describe(
      v.pipe(
        grpcUrl('grpc', 'grpcs', 'http', 'https', 'ws', 'wss'),
        v.check((text) => new URL(text).search === '', 'parameters have no meaning here'),
      ),
      '`grpc://`, `http://` or `ws://` with host and port of the gateway or executor; `grpcs://`, `https://` or ' +
        '`wss://` for TLS. The port is 80 unless given, with TLS 443.',
      'grpc://flow.example:12345',
    ),
    role: v.optional(
      describe(
        v.picklist(['flow', 'gateway', 'executor']),
        'What is at the URL: flow (a gateway, with every executor behind it), gateway or executor.',
        'flow',
      ),
      'flow',
    ),
    ...tlsKeys,
  },
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, isTlsUrl(url)),
  target: ({ url, role }) => webTarget(`jina ${role}`, url),
  needs: webNeeds,
  async check({ role, ...server }, context) {
    const protocol = PROTOCOLS[/^(grpc|http|ws)/.exec(server.url)?.[0] ?? ''];
    const prove = role === 'flow' ? protocol?.flow : protocol?.part;
    await prove?.(server, jina.target({ role, ...server }), context);
  },
});
