/** The protocols over gRPC, as JSON: a bundle has no .proto files beside it. */
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describedFiles } from './proto-descriptors.ts';

const ROOT = join(import.meta.dirname, '..');
const HEALTH = 'node_modules/grpc-health-check/proto/health/v1/health.proto';
const REFLECTION = 'node_modules/@grpc/reflection/build/proto/grpc/reflection';

interface Protos {
  /** What checks call and `serve` answers. */
  readonly services: object;
  readonly reflection: {
    /** The files of the services. */
    readonly files: readonly string[];
    readonly services: object;
  };
}

export function protos(): Protos {
  const services = parsed([HEALTH, 'lib/grpc/jina.proto']);
  const reflection = parsed([`${REFLECTION}/v1/reflection.proto`, `${REFLECTION}/v1alpha/reflection.proto`]);
  return {
    services: services.toJSON(),
    reflection: { files: describedFiles(services), services: reflection.toJSON() },
  };
}

function parsed(files: readonly string[]): protobuf.Root {
  const root = protobuf.loadSync(files.map((file) => join(ROOT, file)));
  root.resolveAll();
  return root;
}
