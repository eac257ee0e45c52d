/** A stand-in for RAGFlow, of which only the health endpoint is there. */
import { defineServer } from '../define-server.ts';
import { freePort } from '../process.ts';
import { startNodeProgram } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** See programs/ragflow.ts. At the old port, it has the path of older versions. */
    readonly ragflow: { readonly url: string; readonly port: number; readonly oldPort: number };
  }
}

export default defineServer({
  name: 'ragflow',
  demo: { title: 'a stand-in for RAGFlow', with: 'ragflow' },
  async start({ folder, before }) {
    const oldPort = before?.oldPort ?? (await freePort());
    const running = await startNodeProgram('ragflow', { folder, port: before?.port }, [String(oldPort)]);
    return { ...running, url: `http://127.0.0.1:${String(running.port)}`, oldPort };
  },
});
