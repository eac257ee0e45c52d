/**
 * Starts a TypeScript file of this project as a server in its own process, so that it can be frozen and killed like any
 * other.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { acceptsTcp, freePort, startProcess } from '../../process.ts';
import type { Running } from '../../process.ts';

/** An absolute URL, since the process does not run in the project's folder. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const PROGRAMS = join(import.meta.dirname, '../programs');

export interface ProgramOptions {
  readonly folder: string;
  /** A free port by default. */
  readonly port?: number | undefined;
}

/**
 * @param name File in `programs/`, without `.ts`. Its first argument is the port to listen on.
 * @param args Further arguments.
 */
export async function startNodeProgram(
  name: string,
  options: ProgramOptions,
  args: readonly string[] = [],
): Promise<Running & { readonly port: number }> {
  const port = options.port ?? (await freePort());
  const running = await startProcess({
    name,
    command: process.execPath,
    args: ['--import', TSX, join(PROGRAMS, `${name}.ts`), String(port), ...args],
    folder: options.folder,
    ready: () => acceptsTcp(port),
  });
  return { ...running, port };
}
