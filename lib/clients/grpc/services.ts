/** The methods that checks call, from the protocols that `npm run docs` puts into JSON. */
import type { MethodDefinition } from '@grpc/grpc-js';
import { drivers } from '../drivers/index.ts';
import protocols from './services.json' with { type: 'json' };

/** https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export interface HealthAnswer {
  /** A number stands for a status that the protocol does not have. */
  readonly status: 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' | number;
}

/** What a dry run says. JSON has the number of the code. */
export interface DryRunAnswer {
  readonly code: 'SUCCESS' | 'ERROR' | number;
  readonly description: string;
  readonly exception: { readonly name: string } | null;
}

async function method<Request, Answer>(service: string, name: string): Promise<MethodDefinition<Request, Answer>> {
  const { fromJSON } = await drivers.grpc();
  const definitions = fromJSON(protocols as Parameters<typeof fromJSON>[0], { enums: String, defaults: true });
  const methods = definitions[service] as Readonly<Record<string, unknown>>;
  return methods[name] as MethodDefinition<Request, Answer>;
}

function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** `grpc.health.v1.Health/Check`. */
export const healthCheck = kept(() =>
  method<{ readonly service: string }, HealthAnswer>('grpc.health.v1.Health', 'Check'),
);

/** `jina.JinaGatewayDryRunRPC/dry_run`. */
export const dryRun = kept(() =>
  method<Readonly<Record<string, never>>, DryRunAnswer>('jina.JinaGatewayDryRunRPC', 'dry_run'),
);
