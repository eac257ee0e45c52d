/** Measures what is deployed without deploying it: the function and the chunks that it loads. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** The folder that holds `dist/`, as Lambda's task root does. */
export const TASK_ROOT = join(import.meta.dirname, '../..');
export const HANDLER = 'dist/functions/health.handler';

/** Limit in bytes, minified, of the function and everything that it imports before the first event. */
export const MAX_ENTRY_BYTES = 60_000;
/** Limit in bytes, zipped, of the whole artifact. */
export const MAX_ARTIFACT_BYTES = 1_500_000;

/** Bytes that a zip adds for each file: two headers, with its name in each. */
const ZIP_HEADER_BYTES = 30 + 46;

export interface ArtifactSizes {
  /** The function's own file. */
  readonly entryBytes: number;
  /** With the chunks that it imports statically: what is read before the first event. */
  readonly loadedBytes: number;
  /** How many files that is. Each costs a cold start, however small it is. */
  readonly loadedFiles: number;
  readonly zippedBytes: number;
}

/** @throws Error when there is no build in `dist/`. */
export async function artifactSizes(root = join(TASK_ROOT, 'dist')): Promise<ArtifactSizes> {
  const entry = join(root, 'functions/health.js');
  const chunks = (await readdir(join(root, 'chunks'))).map((name) => join(root, 'chunks', name));
  const files = await Promise.all([entry, ...chunks].map(async (path) => ({ path, content: await readFile(path) })));
  const sizes = new Map(files.map(({ path, content }) => [path, content.length]));
  const loaded = new Set([entry]);
  for (const path of loaded) {
    const text = files.find((file) => file.path === path)?.content.toString() ?? '';
    for (const [, name = ''] of text.matchAll(/(?:from|import)\s*"(\.{1,2}\/[^"]+\.js)"/g))
      loaded.add(join(path, '..', name));
  }
  const zipped = files.map(
    ({ path, content }) => deflateRawSync(content).length + ZIP_HEADER_BYTES + 2 * (path.length - root.length),
  );
  return {
    entryBytes: sizes.get(entry) ?? Number.NaN,
    loadedFiles: loaded.size,
    loadedBytes: [...loaded].reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0),
    zippedBytes: zipped.reduce((sum, size) => sum + size, 0),
  };
}
