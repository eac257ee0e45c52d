import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

/** What a cold start of the endpoint loads one after another until it answers. Nobody waits for the other functions. */
const STEPS = [
  'functions/health.ts',
  'lib/vault/stores/secrets-manager.ts',
  'lib/document/namespace.ts',
  'lib/reporter.ts',
];

/**
 * Puts what a step of a cold start shares with the modules that are loaded later into one chunk for each step. esbuild
 * makes a chunk for every set of modules that share something: dozens of tiny files, each of which a cold start would
 * have to open, read and compile.
 *
 * @param options Of the build. It is done once without writing anything, to see what is shared.
 */
export async function sharedChunk(options: BuildOptions): Promise<Plugin> {
  const { metafile } = await build({ ...options, plugins: [], write: false, metafile: true });
  const loaded = new Map(
    Object.entries(metafile.outputs).flatMap(([output, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[entryPoint, sharedBy(output, metafile)] as const],
    ),
  );
  const grouped = new Set<string>();
  const groups = STEPS.map((step) => {
    const group = [...(loaded.get(step) ?? [])].filter((path) => !grouped.has(path));
    for (const path of group) grouped.add(path);
    return group;
  });
  const additions = new Map<string, readonly string[]>();
  for (const [entry, shared] of loaded) {
    // With those before it, which it needs itself.
    const last = groups.findLastIndex((group) => group.some((path) => shared.has(path)));
    additions.set(resolve(entry), groups.slice(0, last + 1).flat());
  }
  return alsoImporting(additions);
}

/** The files of ours in the chunks that come with an output: what it shares with others. */
function sharedBy(output: string, { outputs }: Metafile): ReadonlySet<string> {
  const chunks = new Set([output]);
  for (const chunk of chunks) {
    for (const { path, kind, external } of outputs[chunk]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) chunks.add(path);
  }
  chunks.delete(output);
  const inputs = [...chunks].flatMap((chunk) => Object.keys(outputs[chunk]?.inputs ?? {}));
  return new Set(inputs.filter((path) => path.startsWith('lib/')));
}

/** Makes modules import others as well, so that those are shared by the same modules, and end up in the same chunk. */
function alsoImporting(additions: ReadonlyMap<string, readonly string[]>): Plugin {
  return {
    name: 'shared-chunk',
    setup(plugin) {
      plugin.onLoad({ filter: /\/(?:lib|functions)\/.*\.ts$/ }, async ({ path }) => {
        const added = additions.get(path)?.filter((other) => resolve(other) !== path) ?? [];
        if (added.length === 0) return undefined;
        const imports = added.map((other) => `import ${JSON.stringify(resolve(other))};\n`).join('');
        return { contents: `${await readFile(path, 'utf8')}\n${imports}`, loader: 'ts' };
      });
    },
  };
}
