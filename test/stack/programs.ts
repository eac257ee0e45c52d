/** Finds programs: on the PATH first, then where Debian puts those that are not on everyone's PATH. */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of the program, or undefined where this machine has none of that name. */
export function findProgram(name: string): string | undefined {
  return findPrograms(name)[0];
}

/** Every program of that name, best first. */
export function findPrograms(name: string): string[] {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = [...path, ...debianFolders()].map((folder) => join(folder, name));
  return [...new Set(files)].filter(isExecutable);
}

function debianFolders(): string[] {
  return ['/usr/bin', '/usr/sbin', '/usr/lib/rabbitmq/bin', ...postgresFolders()];
}

/** One folder for each major version, the newest first. */
function postgresFolders(): string[] {
  const home = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(home).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(home, version, 'bin'));
  } catch {
    return []; // no PostgreSQL of Debian's
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
