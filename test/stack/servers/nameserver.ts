/** NSD, an authoritative name server. */
import { Resolver } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';
import { unprivileged } from './shared/unprivileged.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /**
     * Knows the zone `test`: `outside.test` is an alias of `gone.example`, `inside.test` one of `bare.test`, which
     * has only a HINFO record, and `lost.test` one of `gone.test`, which does not exist. `app.test` has an address.
     */
    readonly nameserver: { readonly port: number; readonly address: string };
  }
}

const ZONE = `
$ORIGIN test.
$TTL 60
@       SOA   ns hostmaster 1 3600 600 86400 60
@       NS    ns
ns      A     127.0.0.1
app     A     192.0.2.1
bare    HINFO "none" "none"
outside CNAME gone.example.
inside  CNAME bare
lost    CNAME gone
`;

export default defineServer({
  name: 'nameserver',
  debian: { nsd: ['nsd'] },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const address = `127.0.0.1:${port}`;
    const zone = join(folder, 'test.zone');
    const file = join(folder, 'nsd.conf');
    await writeFile(zone, ZONE);
    const paths = { pidfile: 'nsd.pid', xfrdfile: 'xfrd.state', zonelistfile: 'zone.list' };
    const settings = [
      'server:',
      ` ip-address: 127.0.0.1@${port}`,
      ' server-count: 1',
      ' username: ""',
      ' chroot: ""',
      ` zonesdir: "${folder}"`,
      ` xfrdir: "${folder}"`,
      ' database: ""',
      ...Object.entries(paths).map(([name, path]) => ` ${name}: "${join(folder, path)}"`),
      'remote-control:',
      ' control-enable: no',
      'zone:',
      ' name: "test."',
      ` zonefile: "${zone}"`,
    ];
    await writeFile(file, `${settings.join('\n')}\n`);
    const running = await startProcess({
      name: 'nsd',
      command: findProgram('nsd') ?? 'nsd',
      args: ['-d', '-c', file],
      folder,
      ...(await unprivileged(folder, ['nsd'])),
      ready: () => {
        const resolver = new Resolver({ timeout: 500, tries: 1 });
        resolver.setServers([address]);
        return resolver.resolve4('app.test');
      },
    });
    return { ...running, port, address };
  },
});
