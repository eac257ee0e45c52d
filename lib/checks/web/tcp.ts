import { connect, isIPv6 } from 'node:net';
import { timeConnecting } from '../../clients/connecting.ts';
import { connectionClosed, networkError } from '../../clients/network-errors.ts';
import { defineKind } from '../kind.ts';
import { describe, host, port } from '../../clients/keys.ts';

export const tcp = defineKind({
  kind: 'tcp',
  works: 'a TCP connection opens',
  couldPass:
    'any listener, such as a proxy before a dead server, a process that hangs, and another program on the port',
  keys: {
    host: describe(host(), 'Host name or IP address.', 'smtp.example'),
    port: describe(port(), 'TCP port.', 25),
  },
  figures: { address: { label: 'IP address', unit: '', sort: 'text' } },
  target: (config) => `tcp ${addressOf(config)}`,
  needs: (config) => [addressOf(config)],
  async check({ host, port }, context) {
    const { signal, stage } = context;
    const target = tcp.target({ host, port });
    const socket = connect({ host, port, signal });
    timeConnecting(socket, { host, tls: false, stage });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
        socket.once('close', () => {
          reject(connectionClosed(target));
        });
      });
      if (socket.remoteAddress !== undefined) context.observe({ address: socket.remoteAddress });
    } catch (error) {
      throw networkError(error, target) ?? error;
    } finally {
      socket.destroy();
    }
  },
});

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
