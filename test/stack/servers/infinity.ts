/** A stand-in for Infinity, of which only one part of the HTTP interface is there. */
import { defineServer } from '../define-server.ts';
import { startNodeProgram } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** See programs/infinity.ts. */
    readonly infinity: { readonly url: string; readonly port: number };
  }
}

export default defineServer({
  name: 'infinity',
  async start({ folder, before }) {
    const running = await startNodeProgram('infinity', { folder, port: before?.port });
    return { ...running, url: `http://127.0.0.1:${String(running.port)}` };
  },
});
