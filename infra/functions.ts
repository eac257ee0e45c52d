import type { BuildOptions } from 'esbuild';
import { bundleOptions } from './bundle.ts';
import { sharedChunk } from './shared-chunk.ts';

/**
 * How the Lambda functions are bundled. Each file in functions/ is one: functions/<name>.ts becomes
 * `<outdir>/functions/<name>.js`.
 */
export async function functionOptions(outdir: string) {
  const options = { ...bundleOptions, entryPoints: ['functions/*.ts'], outbase: '.', outdir };
  return { ...options, plugins: [await sharedChunk(options), ...bundleOptions.plugins] } satisfies BuildOptions;
}
