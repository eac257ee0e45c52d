/** The gRPC clients that people use from a terminal, from Go's module proxy. */
import { buildStep, defineBuild } from './build.ts';

const BUILD_MS = 600_000;

/** Each program with its version; the programs lie directly in the folder. */
const TOOLS = [
  'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4',
  'github.com/grpc-ecosystem/grpc-health-probe@v0.4.62',
] as const;

export const goTools = defineBuild({
  name: 'go-tools',
  inputs: [import.meta.filename],
  from: `go install ${TOOLS.join(', ')}`,
  debian: { 'golang-go': 'go' },
  async build(folder) {
    for (const tool of TOOLS) await buildStep('go', ['install', tool], BUILD_MS, { GOBIN: folder });
  },
});
