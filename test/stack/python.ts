/** The project's own Python environment, with the packages and versions of requirements.txt. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aptInstall } from './apt.ts';
import { reasonIn, runCommand } from './command.ts';
import { findPrograms } from './programs.ts';

const FOLDER = join(import.meta.dirname, '../../.cache/venv');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** Written last, so that an environment does not count if its installation was interrupted. */
const STAMP = join(FOLDER, 'requirements.sha256');

/** The interpreter of the environment. */
export const PYTHON = join(FOLDER, 'bin/python');

const ASK_MS = 20_000;
const CREATE_MS = 120_000;
const PIP_MS = 300_000;

/** Whether the environment exists and has what requirements.txt currently asks for. */
export function isPythonReady(): boolean {
  return existsSync(PYTHON) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted();
}

/**
 * Deletes the environment, if there is one, and makes a new one.
 *
 * @param updateApt Whether to update apt's package lists if Python itself must be installed.
 * @throws Error that says why it failed.
 */
export async function installPython(updateApt: boolean): Promise<void> {
  let python = await findPython();
  if (python === undefined) {
    await aptInstall(['python3', 'python3-venv'], updateApt);
    python = await findPython();
    if (python === undefined) throw new Error('this machine has no python3 >= 3.8 with venv');
  }
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(dirname(FOLDER), { recursive: true });
  const created = await runCommand(python, ['-m', 'venv', FOLDER], CREATE_MS);
  if (!created.ok) throw new Error(reasonIn(created.output));
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '-r', REQUIREMENTS];
  const installed = await runCommand(PYTHON, pip, PIP_MS);
  if (!installed.ok) throw new Error(reasonIn(installed.output));
  await writeFile(STAMP, wanted());
}

/** The first python3 that is new enough and has `venv`, which is a separate package in Debian. */
async function findPython(): Promise<string | undefined> {
  const probe = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))';
  for (const python of findPrograms('python3')) {
    if ((await runCommand(python, ['-c', probe], ASK_MS)).ok) return python;
  }
  return undefined;
}

function wanted(): string {
  return createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
}
