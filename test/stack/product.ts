/** The product as users run it: `dist/`, built from the current sources. */
import { join } from 'node:path';
import { runCommand } from './command.ts';

const ROOT = join(import.meta.dirname, '../..');
const WITHIN_MS = 120_000;

/** The program that `healthgate` runs. */
export const CLI = join(ROOT, 'dist/cli.js');

/** @throws Error with the output of the build, if it fails. */
export async function buildProduct(): Promise<void> {
  const { ok, output } = await runCommand('npm', ['run', 'build', '--prefix', ROOT], WITHIN_MS);
  if (!ok) throw new Error(`npm run build failed:\n${output}`);
}
