/**
 * Runs a benchmark in a separate process, bundled like the product, so that its time and memory are not mixed with
 * others'.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions } from '../../infra/bundle.ts';

const WITHIN_MS = 300_000;

/** Starts a process with these arguments and returns the value that it printed as one line of JSON. */
export type Isolated<T> = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<T>;

/** @param entry Path of the TypeScript file. It must print one line of JSON. */
export async function isolated<T>(
  entry: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  return isolatedEach<T, T>(entry, (start) => start(args, env));
}

/** Like `isolated`, for work that starts many processes with the same code. */
export async function isolatedEach<T, R>(entry: string, work: (start: Isolated<T>) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-bench-'));
  const start: Isolated<T> = async (args, env = {}) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(folder, 'main.mjs'), ...args], {
      timeout: WITHIN_MS,
      maxBuffer: 10 * 1024 * 1024,
      env: { ...process.env, ...env },
    });
    return JSON.parse(stdout) as T;
  };
  try {
    // For what the bundle leaves to its package, as lmdb.
    await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
    await build({ ...bundleOptions, entryPoints: { main: entry }, outdir: folder, outExtension: { '.js': '.mjs' } });
    return await work(start);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
