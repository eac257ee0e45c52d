/** Bundles the command line and the Lambda functions into `dist/`. */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.ts';

const outdir = 'dist';

await rm(outdir, { recursive: true, force: true });
await build({
  ...bundleOptions,
  entryPoints: { cli: 'lib/cli/main.ts', 'functions/health': 'functions/health.ts' },
  outdir,
});
await chmod(`${outdir}/cli.js`, 0o755);
