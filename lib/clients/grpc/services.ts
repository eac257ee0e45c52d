/** The methods that checks call. Fields that nobody reads are left out. */
import type { MethodDefinition } from '@grpc/grpc-js';
import { drivers } from '../drivers/index.ts';

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

const HEALTH = {
  HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
  HealthCheckResponse: {
    fields: { status: { type: 'ServingStatus', id: 1 } },
    nested: { ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } } },
  },
  Health: {
    methods: { Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' } },
  },
};

const JINA = {
  Empty: { fields: {} },
  StatusProto: {
    fields: {
      code: { type: 'StatusCode', id: 1 },
      description: { type: 'string', id: 2 },
      exception: { type: 'ExceptionProto', id: 3 },
    },
    nested: {
      StatusCode: { values: { SUCCESS: 0, ERROR: 1 } },
      ExceptionProto: { fields: { name: { type: 'string', id: 1 } } },
    },
  },
  JinaGatewayDryRunRPC: { methods: { dry_run: { requestType: 'Empty', responseType: 'StatusProto' } } },
};

const nestedIn = (packageName: string, content: object): object =>
  packageName.split('.').reduceRight((nested, name) => ({ nested: { [name]: nested } }), { nested: content });

async function method<Request, Answer>(
  packageName: string,
  content: object,
  service: string,
  name: string,
): Promise<MethodDefinition<Request, Answer>> {
  const { fromJSON } = await drivers.grpc();
  const definitions = fromJSON(nestedIn(packageName, content), { enums: String, defaults: true });
  const methods = definitions[`${packageName}.${service}`] as Readonly<Record<string, unknown>>;
  return methods[name] as MethodDefinition<Request, Answer>;
}

function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** `grpc.health.v1.Health/Check`. */
export const healthCheck = kept(() =>
  method<{ readonly service: string }, HealthAnswer>('grpc.health.v1', HEALTH, 'Health', 'Check'),
);

/** `jina.JinaGatewayDryRunRPC/dry_run`. */
export const dryRun = kept(() =>
  method<Readonly<Record<string, never>>, DryRunAnswer>('jina', JINA, 'JinaGatewayDryRunRPC', 'dry_run'),
);
