/** The services, from the protocols that `npm run docs` puts into JSON. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Options, PackageDefinition } from '@grpc/proto-loader';
import protocols from '../clients/grpc/services.json' with { type: 'json' };
import protos from './reflection.json' with { type: 'json' };

type Namespace = Parameters<typeof fromJSON>[0];

const OPTIONS: Options = { enums: String, longs: String, bytes: Array, defaults: true, oneofs: true };

const services = fromJSON(protocols as Namespace, OPTIONS);
const reflecting = fromJSON(protos.services as Namespace, OPTIONS);

/** The definitions under these names, which the protocols have. */
const service = (definitions: PackageDefinition, name: string) => definitions[name] as ServiceDefinition;

/** The files that reflection describes: each is a `FileDescriptorProto`. */
export const files: readonly Buffer[] = protos.files.map((text) => Buffer.from(text, 'base64'));

export const health = service(services, 'grpc.health.v1.Health');
export const dryRun = service(services, 'jina.JinaGatewayDryRunRPC');
/** Both versions of the same protocol. Most clients still try the older one first. */
export const reflections = [
  service(reflecting, 'grpc.reflection.v1.ServerReflection'),
  service(reflecting, 'grpc.reflection.v1alpha.ServerReflection'),
] as const;
