/**
 * Programs that take long to fetch or to build. Each is built once, into a folder of its own outside the checkout. All
 * checkouts share it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { reasonIn, runCommand } from '../command.ts';

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'healthgate');

interface BuildPlan {
  readonly name: string;
  /** The files that decide what is built. A change makes a new build. */
  readonly inputs: readonly string[];
  /** For people: what is fetched, and how. */
  readonly from: string;
  /** The Debian packages that it takes to build, each with a program that proves that it is installed. */
  readonly debian: Readonly<Record<string, string>>;
  /** Builds into an empty folder, which is moved to its place afterwards. */
  readonly build: (folder: string) => Promise<void>;
}

export interface Build extends Omit<BuildPlan, 'inputs' | 'build'> {
  /** Where it is, or will be. */
  readonly folder: string;
  isThere(): boolean;
  /** @throws Error that says why it failed. */
  install(): Promise<void>;
}

export function defineBuild({ name, inputs, from, debian, build }: BuildPlan): Build {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(readFileSync(input));
  const folder = join(CACHE, `${name}-${hash.digest('hex').slice(0, 12)}`);
  const isThere = () => existsSync(folder);
  return {
    ...{ name, from, debian, folder, isThere },
    async install() {
      await mkdir(CACHE, { recursive: true });
      const begun = await mkdtemp(join(CACHE, `${name}-building-`));
      try {
        await build(begun);
        // Another checkout may have built the same meanwhile.
        if (!isThere()) await rename(begun, folder);
      } finally {
        await rm(begun, { recursive: true, force: true });
      }
    },
  };
}

/** @throws Error with the reason that the command gives. */
export async function buildStep(
  command: string,
  args: readonly string[],
  limitMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const finished = await runCommand(command, args, limitMs, env);
  if (!finished.ok) throw new Error(reasonIn(finished.output));
}
