import * as v from 'valibot';
import { proveServing } from '../../clients/grpc/health.ts';
import { grpcUrl, metadataKey } from '../../clients/grpc/keys.ts';
import { describe, text } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { isTlsUrl } from '../../clients/url.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import { defineKind } from '../kind.ts';

export const grpc = defineKind({
  kind: 'grpc',
  works: '`grpc.health.v1.Health/Check` says SERVING',
  couldPass:
    'a server that sets its status once at its start and never again; without `service`, a service of it that is down',
  example: ['service'],
  keys: {
    url: describe(
      grpcUrl('grpc', 'grpcs'),
      '`grpc://host:port`, or `grpcs://host:port` for TLS. The port is 80 unless given, with TLS 443.',
      'grpcs://orders.example:50051',
    ),
    service: v.optional(describe(text(), 'Service to ask for; the server as a whole unless set.', 'shop.v1.Orders')),
    metadata: metadataKey,
    ...tlsKeys,
  },
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, isTlsUrl(url)),
  target: ({ url }) => webTarget('grpc', url),
  needs: webNeeds,
  async check({ service = '', metadata, ...server }, context) {
    const target = grpc.target({ metadata, ...server });
    await proveServing(server, { target, service, metadata }, context);
  },
});
