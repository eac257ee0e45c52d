/**
 * Answers over gRPC: the health of some services, by the official implementation of the protocol. Arguments: port, and
 * the token that callers must have if they send any. With the metadata `x-answer`, it answers with that status instead.
 */
import { Server, ServerCredentials, ServerInterceptingCall, ServerListenerBuilder, status } from '@grpc/grpc-js';
import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { ServingStatusMap } from 'grpc-health-check';

const [port, token = ''] = process.argv.slice(2);

const services = {
  '': 'SERVING',
  'shop.Orders': 'SERVING',
  'shop.Stock': 'NOT_SERVING',
  'shop.Mails': 'UNKNOWN',
  'shop.Gone': 'SERVICE_UNKNOWN', // some servers answer a Check with it, although it is of Watch
};

function refusalOf(metadata: Metadata) {
  const authorization = metadata.get('authorization')[0]?.toString();
  if (authorization !== undefined && authorization !== `Bearer ${token}`)
    return { code: status.UNAUTHENTICATED, details: `wrong credentials: ${authorization}` };
  const wanted = metadata.get('x-answer')[0]?.toString();
  return wanted === undefined
    ? undefined
    : { code: status[wanted as keyof typeof status], details: 'as you asked for' };
}

const refusing: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, pass) => {
        const refusal = refusalOf(metadata);
        if (refusal === undefined) pass(metadata);
        else call.sendStatus(refusal);
      });
      next(listener.build());
    },
  });

const server = new Server({ interceptors: [refusing] });
new HealthImplementation(services as ServingStatusMap).addToServer(server);
server.bindAsync(`127.0.0.1:${port ?? ''}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
