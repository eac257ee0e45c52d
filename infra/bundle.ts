import type { BuildOptions } from 'esbuild';
import { lighterClients } from './lighter-clients.ts';
import { quickerLoading } from './quicker-loading.ts';

/** ECMAScript modules for Node.js, split so that each client library is loaded when it is first used. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  assetNames: 'chunks/[name]-[hash]',
  // Prefer a package's ECMAScript modules: a dynamic import of a CommonJS module exposes only `default`.
  mainFields: ['module', 'main'],
  // CommonJS client libraries call `require` for Node's own modules.
  banner: {
    js:
      "import { createRequire as __createRequire } from 'node:module'; " +
      'const require = __createRequire(import.meta.url);',
  },
  // pg reads `Response` to detect Cloudflare, and reading it makes Node.js 20 load undici.
  define: { Response: 'undefined' },
  // Optional native accelerators of pg and ws: both packages work without them. lmdb is a binary beside its package.
  external: ['pg-native', 'bufferutil', 'utf-8-validate', 'lmdb'],
  plugins: [lighterClients, quickerLoading],
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;
