/** Servers that care which version of HTTP is spoken: they route by the protocol in the TLS handshake (ALPN). */
import { readFile } from 'node:fs/promises';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeCertificates } from '../stack/servers/shared/certificates.ts';
import { runLeaf } from '../support/run-leaf.ts';
import { temporaryFolder } from '../support/temporary.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let pem: { readonly ca: string; readonly cert: string; readonly key: string };
const servers: Server[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  const { ca, keyFile, certFile } = await makeCertificates(folder.path);
  pem = { ca, key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'nobody');
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await folder.remove();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A leaf of each way to speak HTTP, at `http` or `https`. */
const LEAVES: Readonly<Record<string, (scheme: string, port: number) => object>> = {
  http: (scheme, port) => ({ kind: 'http', url: `${scheme}://localhost:${port}/` }),
  'http through a proxy over TLS': (scheme, port) => ({
    kind: 'http',
    url: 'http://shop.example/',
    proxy: `${scheme}://localhost:${port}`,
  }),
  websocket: (scheme, port) => ({ kind: 'websocket', url: `${scheme.replace('http', 'ws')}://localhost:${port}/` }),
  clickhouse: (scheme, port) => ({ kind: 'clickhouse', url: `${scheme}://localhost:${port}` }),
  s3: (scheme, port) => ({
    kind: 's3',
    bucket: 'shop',
    region: 'eu-central-1',
    endpoint: `${scheme}://localhost:${port}`,
  }),
};

describe.each(Object.entries(LEAVES))('%s', (_name, leaf) => {
  it('offers HTTP/1.1 in the TLS handshake, and names a server that refuses it', async () => {
    const offered: string[][] = [];
    const server = createServer({
      ...pem,
      ALPNCallback: ({ protocols }) => {
        offered.push(protocols);
        return undefined;
      },
    });
    const port = await portOf(server);
    const { status } = await runLeaf({ ...leaf('https', port), ca: pem.ca });
    expect(status).toMatch(
      /^TLSError: no secure connection to .*: it refuses HTTP\/1\.1; does it speak only HTTP\/2\?/,
    );
    expect(offered).toEqual([['http/1.1']]);
  });

  it('names a server without TLS that speaks only HTTP/2', async () => {
    const port = await portOf(createHttp2Server());
    const { status } = await runLeaf(leaf('http', port));
    expect(status).toMatch(/^UnhealthyError: .* speaks only HTTP\/2, which checks do not speak/);
  });
});
