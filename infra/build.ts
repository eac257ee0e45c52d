/** Bundles the command line and the Lambda functions into `dist/`: ECMAScript modules, split so that each client loads when used. */
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const outdir = 'dist';

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [
    { in: 'lib/cli/main.ts', out: 'cli' },
    { in: 'functions/health.ts', out: 'functions/health' },
  ],
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // A package's ECMAScript modules first: of the CommonJS ones, a dynamic import exposes only `default`.
  mainFields: ['module', 'main'],
  // The CommonJS packages among the clients call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  // Optional accelerators of pg and ws, written in C, that are looked for and not missed.
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  legalComments: 'none',
  logLevel: 'warning',
});
await chmod(`${outdir}/cli.js`, 0o755);
