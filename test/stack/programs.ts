/** Finds programs: first on the PATH, then in the folders where Debian puts programs that may not be on the PATH. */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of the program, or undefined if this machine does not have it. */
export function findProgram(name: string): string | undefined {
  return findPrograms(name)[0];
}

/** The paths of all programs of that name. The best one is first. */
export function findPrograms(name: string): string[] {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = [...path, ...debianFolders()].map((folder) => join(folder, name));
  return [...new Set(files)].filter(isExecutable);
}

function debianFolders(): string[] {
  return ['/usr/bin', '/usr/sbin', '/usr/lib/rabbitmq/bin', '/usr/lib/nagios/plugins', ...postgresFolders()];
}

/** One folder for each major version. The newest is first. */
function postgresFolders(): string[] {
  const home = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(home).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(home, version, 'bin'));
  } catch {
    return []; // PostgreSQL is not installed from Debian
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
