import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { openChannel } from '../../clients/grpc/channel.ts';
import { RefusedCall } from '../../clients/grpc/errors.ts';
import { grpcUrl, metadataKey } from '../../clients/grpc/keys.ts';
import { healthCheck } from '../../clients/grpc/services.ts';
import type { HealthAnswer } from '../../clients/grpc/services.ts';
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
    service: v.optional(
      describe(text(), 'Service to ask for; the server as a whole unless set.', 'shop.v1.Orders'),
    ),
    metadata: metadataKey,
    ...tlsKeys,
  },
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, isTlsUrl(url)),
  target: ({ url }) => webTarget('grpc', url),
  needs: webNeeds,
  async check({ service = '', metadata, ...server }, context) {
    const target = grpc.target({ metadata, ...server });
    const channel = await openChannel(server, target, context);
    const of = service === '' ? '' : ` the service ${service}`;
    try {
      const { status } = await channel.unary(await healthCheck(), { service }, { target, metadata }, context);
      judge(status, target, of);
    } catch (error) {
      throw (error instanceof RefusedCall && meaning(error, target, of)) || error;
    }
  },
});

function judge(status: HealthAnswer['status'], target: string, of: string): void {
  if (status === 'SERVING') return;
  if (status === 'SERVICE_UNKNOWN') throw unknownService(target, of, 'SERVICE_UNKNOWN');
  const said = typeof status === 'number' ? `the unknown health status ${String(status)}` : status;
  throw new UnhealthyError(`${target} says ${said}${of === '' ? '' : ` of${of}`}, expected SERVING`);
}

/** What a status means as the answer to this call. */
function meaning({ status, words }: RefusedCall, target: string, of: string): UnhealthyError | undefined {
  if (status === 'NOT_FOUND') return unknownService(target, of, `NOT_FOUND${words}`);
  if (status !== 'UNIMPLEMENTED') return undefined;
  return new UnhealthyError(`${target} has no health service grpc.health.v1.Health (UNIMPLEMENTED${words})`);
}

function unknownService(target: string, of: string, said: string): UnhealthyError {
  const what = of === '' ? 'its health as a whole: set service' : of.trimStart();
  return new UnhealthyError(`${target} does not know ${what} (${said})`);
}
