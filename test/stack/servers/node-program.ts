/** Starts a server that is a TypeScript file of this project as a process of its own, so that it can be frozen and killed like any other. */
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';

/** The process does not run in the project's folder, so tsx is named by its place. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface ProgramOptions {
  readonly folder: string;
  /** The one of an earlier start; a free one unless set. */
  readonly port?: number;
}

/**
 * @param name File in `programs/`, without `.ts`. It gets its port as the first argument.
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
    args: ['--import', TSX, join(import.meta.dirname, 'programs', `${name}.ts`), String(port), ...args],
    folder: options.folder,
    ready: () => accepts(port),
  });
  return { ...running, port };
}

async function accepts(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } finally {
    socket.destroy();
  }
}
