/** Redis with a password, and with TLS under its own certificate authority, which stays the same after a restart. */
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort } from '../process.ts';
import { makeCertificates, OPENSSL_PACKAGE } from './shared/certificates.ts';
import { REDIS_PACKAGE, startRedisServer } from './shared/redis.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Needs the password in the URL. */
    readonly redisTls: {
      readonly url: string;
      readonly port: number;
      /** PEM of the certificate authority. */
      readonly ca: string;
    };
  }
}

const PASSWORD = 'redis-Pa55:w@rd';

export default defineServer({
  name: 'redisTls',
  demo: { name: 'redis2', title: 'another Redis, with TLS and a password' },
  debian: { ...REDIS_PACKAGE, ...OPENSSL_PACKAGE },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const { ca, caFile, certFile, keyFile } = await makeCertificates(join(folder, 'certificates'));
    const files = ['--tls-ca-cert-file', caFile, '--tls-cert-file', certFile, '--tls-key-file', keyFile];
    const tls = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
    const args = [...tls, '--requirepass', PASSWORD];
    const running = await startRedisServer('redis-tls', folder, args, { port, password: PASSWORD, tls: { ca } });
    return { ...running, port, ca, url: `rediss://default:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/0` };
  },
});
