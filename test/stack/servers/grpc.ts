/** A gRPC server that tells the health of some services, by gRPC's own implementation of its health protocol. */
import { randomBytes } from 'node:crypto';
import { defineServer } from '../define-server.ts';
import { startNodeProgram } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The token is that of `authorization: Bearer <token>`, which a call may have in its metadata. */
    readonly grpc: { readonly url: string; readonly port: number; readonly token: string };
  }
}

export default defineServer({
  name: 'grpc',
  async start({ folder, before }) {
    const token = before?.token ?? randomBytes(16).toString('hex');
    const running = await startNodeProgram('grpc', { folder, port: before?.port }, [token]);
    return { ...running, url: `grpc://127.0.0.1:${running.port}`, token };
  },
});
