/** tinyproxy, an HTTP proxy, and a second one that asks for a login. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { acceptsTcp, freePort, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';
import { together } from './shared/redis.ts';
import { unprivileged } from './shared/unprivileged.ts';

declare module '../addresses.ts' {
  interface Addresses {
    readonly proxy: {
      readonly url: string;
      readonly port: number;
      /** A proxy that asks for a login, with one that it accepts. */
      readonly loginUrl: string;
      readonly loginPort: number;
    };
  }
}

const LOGIN = { user: 'app', password: 'proxy-password' };

export default defineServer({
  name: 'proxy',
  debian: { 'tinyproxy-bin': ['tinyproxy'] },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const loginPort = before?.loginPort ?? (await freePort());
    const start = async (name: string, ownPort: number, ...lines: string[]) => {
      const file = join(folder, `${name}.conf`);
      const settings = [`Port ${ownPort}`, 'Listen 127.0.0.1', 'Timeout 60', 'MaxClients 50', ...lines];
      await writeFile(file, `${settings.join('\n')}\n`);
      return startProcess({
        name,
        command: findProgram('tinyproxy') ?? 'tinyproxy',
        args: ['-d', '-c', file],
        folder,
        ...(await unprivileged(folder, ['tinyproxy'])),
        ready: () => acceptsTcp(ownPort),
      });
    };
    const all = together([
      await start('open', port),
      await start('login', loginPort, `BasicAuth ${LOGIN.user} ${LOGIN.password}`),
    ]);
    const url = `http://127.0.0.1:${port}`;
    const loginUrl = `http://${LOGIN.user}:${LOGIN.password}@127.0.0.1:${loginPort}`;
    return { ...all, url, port, loginUrl, loginPort };
  },
});
