/** The style and the script of the status page, each bundled to one line. */
import { build } from 'esbuild';

const FOLDER = 'lib/formats/html';
const ROOT = `${import.meta.dirname}/..`;

export interface PageAssets {
  readonly style: string;
  readonly script: string;
  /** What is added where the page shows history. */
  readonly pastStyle: string;
  readonly pastScript: string;
}

export async function pageAssets(): Promise<PageAssets> {
  const [style, script, pastStyle, pastScript] = await Promise.all(
    ['style/main.css', 'client/main.ts', 'style/past.css', 'client/past-main.ts'].map(bundled),
  );
  if (!style || !script || !pastStyle || !pastScript) throw new Error('an asset of the page is empty');
  return { style, script, pastStyle, pastScript };
}

/** Browsers from 2023 on know `:has` and `color-mix`; older ones show the page without them. */
async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`${FOLDER}/${file}`],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['chrome111', 'firefox121', 'safari16.4'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return (outputFiles[0]?.text ?? '').trim();
}
