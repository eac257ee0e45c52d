/** Builds `healthgate/client`: one ECMAScript module for browsers and Node.js, and its types. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

const SOURCE = join(import.meta.dirname, '../lib/client.ts');

export async function buildClient(outdir: string): Promise<void> {
  await mkdir(outdir, { recursive: true });
  const { outputText } = ts.transpileDeclaration(await readFile(SOURCE, 'utf8'), { fileName: SOURCE });
  await writeFile(join(outdir, 'client.d.ts'), outputText);
  await build({
    entryPoints: { client: SOURCE },
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    // Fails the build if it needs anything that browsers do not have.
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
}
