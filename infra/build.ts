/** Bundles the command line, the Lambda functions and what serverless.yml includes into `dist/`. */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.ts';
import { canaryOptions } from './canary/bundle.ts';

const outdir = 'dist';

await rm(outdir, { recursive: true, force: true });
await Promise.all([
  // Apart from each other, so that chunks/ holds what the functions load and nothing of the command line: it is what is deployed.
  build({ ...bundleOptions, entryPoints: { 'functions/health': 'functions/health.ts' }, outdir }),
  build({
    ...bundleOptions,
    entryPoints: { cli: 'lib/cli/main.ts' },
    outdir,
    chunkNames: 'cli/[name]-[hash]',
    assetNames: 'cli/[name]-[hash]',
  }),
  // osls requires it, and knows a CommonJS file by its name.
  build({
    entryPoints: { 'infra/parameters': 'infra/parameters.ts' },
    outdir,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    outExtension: { '.js': '.cjs' },
  }),
  build({ ...canaryOptions, outdir }),
]);
await chmod(`${outdir}/cli.js`, 0o755);
