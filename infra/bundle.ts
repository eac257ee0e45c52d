import type { BuildOptions } from 'esbuild';
import { lighterClients } from './lighter-clients.ts';
import { quickerLoading } from './quicker-loading.ts';

/** ECMAScript modules for Node, split so that each client of a server loads when it is used. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  assetNames: 'chunks/[name]-[hash]',
  // A package's ECMAScript modules first: of the CommonJS ones, a dynamic import exposes only `default`.
  mainFields: ['module', 'main'],
  // The CommonJS packages among the clients call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  // pg looks for `Response` to find out whether it runs at Cloudflare, and Node.js 20 loads undici for who looks.
  define: { Response: 'undefined' },
  // Optional accelerators of pg and ws, written in C, that are looked for and not missed.
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  plugins: [lighterClients, quickerLoading],
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;
