/** The standard health protocol: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
import { UnhealthyError } from '../../errors.ts';
import { openChannel } from './channel.ts';
import type { GrpcContext } from './channel.ts';
import type { GrpcServer } from './connect.ts';
import { RefusedCall } from './errors.ts';
import { healthCheck } from './services.ts';
import type { HealthAnswer } from './services.ts';

export interface Asked {
  /** The server, for messages. */
  readonly target: string;
  /** The service to ask for; '' for the server as a whole. */
  readonly service: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Resolves if the service is SERVING.
 *
 * @throws CheckError
 */
export async function proveServing(server: GrpcServer, asked: Asked, context: GrpcContext): Promise<void> {
  const { service } = asked;
  const channel = await openChannel(server, asked.target, context);
  try {
    const { status } = await channel.unary(await healthCheck(), { service }, asked, context);
    judge(status, asked);
  } catch (error) {
    throw (error instanceof RefusedCall && meaning(error, asked)) || error;
  }
}

function judge(status: HealthAnswer['status'], asked: Asked): void {
  const { target, service } = asked;
  if (status === 'SERVING') return;
  if (status === 'SERVICE_UNKNOWN') throw unknownService('SERVICE_UNKNOWN', asked);
  const said = typeof status === 'number' ? `the unknown health status ${String(status)}` : status;
  throw new UnhealthyError(`${target} says ${said}${service && ` of the service ${service}`}, expected SERVING`);
}

/** What a status means as the answer to this call. */
function meaning({ status, words }: RefusedCall, asked: Asked): UnhealthyError | undefined {
  if (status === 'NOT_FOUND') return unknownService(`NOT_FOUND${words}`, asked);
  if (status !== 'UNIMPLEMENTED') return undefined;
  return new UnhealthyError(`${asked.target} has no health service, grpc.health.v1.Health (UNIMPLEMENTED${words})`);
}

function unknownService(said: string, { target, service }: Asked): UnhealthyError {
  const what = service === '' ? 'its health as a whole, only that of services' : `the service ${service}`;
  return new UnhealthyError(`${target} does not know ${what} (${said})`);
}
