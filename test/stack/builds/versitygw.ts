/** Versity's S3 gateway, from Go's module proxy: an S3 server that shares no code with the emulator of AWS. */
import { buildStep, defineBuild } from './build.ts';

const BUILD_MS = 900_000;
const PROGRAM = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

export const versitygw = defineBuild({
  name: 'versitygw',
  inputs: [import.meta.filename],
  from: `go install ${PROGRAM}`,
  debian: { 'golang-go': 'go' },
  async build(folder) {
    await buildStep('go', ['install', PROGRAM], BUILD_MS, { GOBIN: folder });
  },
});
