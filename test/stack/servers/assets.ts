import type { Addresses } from '../addresses.ts';
import type { Running } from '../process.ts';
import { startNodeProgram } from './node-program.ts';
import type { ProgramOptions } from './node-program.ts';

/** A stand-in for CloudFront, and an HTTP server to ask for this and that. */
export async function startAssets(options: ProgramOptions): Promise<Running & Addresses['assets']> {
  const running = await startNodeProgram('assets', options);
  return { ...running, url: `http://127.0.0.1:${running.port}` };
}
