/** A WebSocket server that echoes every message. */
import { randomBytes } from 'node:crypto';
import { defineServer } from '../define-server.ts';
import { startNodeProgram } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The path `/private` requires the header `Authorization: Bearer <token>`. */
    readonly websocket: { readonly url: string; readonly port: number; readonly token: string };
  }
}

export default defineServer({
  name: 'websocket',
  demo: { title: 'a WebSocket server' },
  async start({ folder, before }) {
    const token = before?.token ?? randomBytes(16).toString('hex');
    const running = await startNodeProgram('websocket', { folder, port: before?.port }, [token]);
    return { ...running, url: `ws://127.0.0.1:${running.port}/`, token };
  },
});
