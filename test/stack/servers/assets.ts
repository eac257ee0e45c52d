/** A stand-in for CloudFront, which cannot run here. It also serves answers of many sorts to checks of HTTP. */
import { defineServer } from '../define-server.ts';
import { startNodeProgram } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Serves `/app.js` with CloudFront's headers and `/plain.js` without them. */
    readonly assets: { readonly url: string; readonly port: number };
  }
}

export default defineServer({
  name: 'assets',
  demo: { title: 'a stand-in for CloudFront' },
  async start({ folder, before }) {
    const running = await startNodeProgram('assets', { folder, port: before?.port });
    return { ...running, url: `http://127.0.0.1:${running.port}` };
  },
});
