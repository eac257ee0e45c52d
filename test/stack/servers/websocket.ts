import { randomBytes } from 'node:crypto';
import type { Addresses } from '../addresses.ts';
import type { Running } from '../process.ts';
import { startNodeProgram } from './node-program.ts';
import type { ProgramOptions } from './node-program.ts';

export interface WebsocketOptions extends ProgramOptions {
  /** The one of an earlier start; a new one unless set. */
  readonly token?: string;
}

export async function startWebsocket(options: WebsocketOptions): Promise<Running & Addresses['websocket']> {
  const token = options.token ?? randomBytes(16).toString('hex');
  const running = await startNodeProgram('websocket', options, [token]);
  return { ...running, url: `ws://127.0.0.1:${running.port}/`, token };
}
