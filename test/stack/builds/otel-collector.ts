/**
 * The collector of OpenTelemetry, from Go's module proxy. The usual `builder` is not used: it also resolves what the
 * tests of the components import, and the proxy does not have all of it.
 */
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buildStep, defineBuild } from './build.ts';

const SOURCES = ['main.go', 'go.mod'].map((name) => join(import.meta.dirname, 'otel-collector', name));
const BUILD_MS = 900_000;

/** The program is called like the build. */
export const otelCollector = defineBuild({
  name: 'otel-collector',
  inputs: SOURCES,
  from: 'go build in test/stack/builds/otel-collector',
  debian: { 'golang-go': 'go' },
  async build(folder) {
    for (const source of SOURCES) await copyFile(source, join(folder, basename(source)));
    // `go.mod` pins what main.go imports, and that pins the rest.
    const flags = ['-mod=mod', '-trimpath', '-ldflags=-s -w'];
    await buildStep('go', ['build', '-C', folder, ...flags, '-o', 'otel-collector', '.'], BUILD_MS);
  },
});
