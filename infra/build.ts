/** Bundles the command line, the client, the Lambda functions and what serverless.yml includes into `dist/`. */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.ts';
import { canaryOptions } from './canary/bundle.ts';
import { buildClient } from './client.ts';
import { sharedChunk } from './shared-chunk.ts';

const outdir = 'dist';
const functions = { ...bundleOptions, entryPoints: ['functions/*.ts'], outbase: '.', outdir };

await rm(outdir, { recursive: true, force: true });
await Promise.all([
  // The functions and the command line are built apart: chunks/ is deployed, and holds only what the functions load.
  // Each file in functions/ is one Lambda function: functions/<name>.ts becomes dist/functions/<name>.js.
  build({ ...functions, plugins: [await sharedChunk(functions), ...bundleOptions.plugins] }),
  build({
    ...bundleOptions,
    entryPoints: { cli: 'lib/cli/main.ts' },
    outdir,
    chunkNames: 'cli/[name]-[hash]',
    assetNames: 'cli/[name]-[hash]',
  }),
  // osls loads it with require(), and .cjs marks it as CommonJS.
  build({
    entryPoints: ['infra/parameters.ts', 'infra/live-alias.ts'],
    outbase: '.',
    outdir,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    outExtension: { '.js': '.cjs' },
  }),
  build({ ...canaryOptions, outdir }),
  buildClient(outdir),
]);
await chmod(`${outdir}/cli.js`, 0o755);
