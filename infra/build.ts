/** Bundles the command line, the client, the Lambda functions and what serverless.yml includes into `dist/`. */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.ts';
import { canaryOptions } from './canary/bundle.ts';
import { buildClient } from './client.ts';
import { functionOptions } from './functions.ts';

const outdir = 'dist';

await rm(outdir, { recursive: true, force: true });
await Promise.all([
  // The functions and the command line are built apart: chunks/ is deployed, and holds only what the functions load.
  build(await functionOptions(outdir)),
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
