import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';

const NAME = 'shared-chunk';

/**
 * Puts what an entry shares with the modules that it loads later into one chunk. esbuild makes a chunk for every set of
 * modules that share something: a dozen tiny files, each of which a cold start would have to open, read and compile.
 *
 * @param options Of the build. It is done once without writing anything, to see what is shared.
 */
export async function sharedChunk(options: BuildOptions): Promise<Plugin> {
  const { metafile } = await build({ ...options, plugins: [], write: false, metafile: true });
  const { outputs } = metafile;
  const entries = Object.values(outputs).filter(({ entryPoint = '' }) => entryPoint.startsWith('functions/'));
  const chunks = entries.flatMap(({ imports }) => imports.filter(({ kind }) => kind === 'import-statement'));
  const shared = new Set(chunks.flatMap(({ path }) => Object.keys(outputs[path]?.inputs ?? {})));
  const sources = [...shared].filter((path) => path.startsWith('lib/')).map((path) => resolve(path));
  return together(sources);
}

/** Makes every module that is loaded later import all of these, so that all of them are shared by the same modules. */
function together(sources: readonly string[]): Plugin {
  const contents = sources.map((path) => `import ${JSON.stringify(path)};`).join('\n');
  return {
    name: NAME,
    setup(plugin) {
      const later = new Set<string>();
      plugin.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind === 'dynamic-import') later.add(resolve(resolveDir, path));
        return undefined;
      });
      plugin.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace: NAME }));
      plugin.onLoad({ filter: /.*/, namespace: NAME }, () => ({ contents, resolveDir: process.cwd() }));
      plugin.onLoad({ filter: /\/lib\/.*\.ts$/ }, async ({ path }) => {
        if (!later.has(path) || sources.includes(path)) return undefined;
        return { contents: `${await readFile(path, 'utf8')}\nimport ${JSON.stringify(NAME)};\n`, loader: 'ts' };
      });
    },
  };
}
