import type { BuildOptions, Plugin } from 'esbuild';

/**
 * Loads `node:http` and its like by `require`. An `import` of them asks for everything that they export, which loads WebSocket and
 * undici along with it, and WebCrypto: under Node.js 24 this was half of the time that the function took to load.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?(?:crypto|https?|http2)$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : { path, external: true },
    );
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/** ECMAScript modules for Node, split so that each client of a server loads when it is used. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  // A package's ECMAScript modules first: of the CommonJS ones, a dynamic import exposes only `default`.
  mainFields: ['module', 'main'],
  // The CommonJS packages among the clients call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  // Optional accelerators of pg and ws, written in C, that are looked for and not missed.
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  plugins: [builtinsByRequire],
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;
