import { connect, isIPv6 } from 'node:net';
import { connectionClosed, networkError } from '../../clients/network-errors.ts';
import { defineKind } from '../kind.ts';
import { describe, port, text } from '../../clients/keys.ts';

export const tcp = defineKind({
  kind: 'tcp',
  works: 'a TCP connection opens',
  keys: {
    host: describe(text(), 'Host name or IP address.'),
    port: describe(port(), 'TCP port.'),
  },
  target: ({ host, port }) => `tcp ${isIPv6(host) ? `[${host}]` : host}:${port}`,
  async check(config, { signal }) {
    const { host, port } = config;
    const socket = connect({ host, port, signal });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
        socket.once('close', () => {
          reject(connectionClosed(tcp.target(config)));
        });
      });
    } catch (error) {
      throw networkError(error, tcp.target(config)) ?? error;
    } finally {
      socket.destroy();
    }
  },
});
