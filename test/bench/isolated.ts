/**
 * Runs a benchmark in a separate process, bundled like the product, so that its time and memory are not mixed with
 * others'.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions } from '../../infra/bundle.ts';

const WITHIN_MS = 300_000;

/**
 * @param entry Path of the TypeScript file. It must print one line of JSON.
 * @param args  Its arguments.
 * @returns The value that it printed.
 */
export async function isolated<T>(
  entry: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-bench-'));
  try {
    await build({ ...bundleOptions, entryPoints: { main: entry }, outdir: folder, outExtension: { '.js': '.mjs' } });
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(folder, 'main.mjs'), ...args], {
      timeout: WITHIN_MS,
      maxBuffer: 10 * 1024 * 1024,
      env: { ...process.env, ...env },
    });
    return JSON.parse(stdout) as T;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
