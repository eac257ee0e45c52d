/** TLS with servers that ask for a client certificate, need the server's name, or speak only an older version. */
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { TLSSocketOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeCertificates } from '../stack/servers/shared/certificates.ts';
import { runLeaf } from '../support/run-leaf.ts';
import { temporaryFolder } from '../support/temporary.ts';

const stack = inject('stack');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let pem: { readonly ca: string; readonly cert: string; readonly key: string };
const servers: Server[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  const { ca, keyFile, certFile } = await makeCertificates(folder.path);
  pem = { ca, key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
});

afterAll(async () => {
  for (const server of servers) server.close();
  await folder.remove();
});

interface Front {
  readonly port: number;
  /** The names that clients sent. */
  readonly names: unknown[];
}

/** A server that speaks TLS in front of a real one. With PostgreSQL, a client asks for TLS first. */
async function front(realPort: number, options: TLSSocketOptions, isAsked = false): Promise<Front> {
  const names: unknown[] = [];
  const secure = (socket: Socket) => {
    const inner = new TLSSocket(socket, {
      isServer: true,
      secureContext: createSecureContext({ ...pem, ...options }),
      requestCert: options.requestCert === true,
      rejectUnauthorized: true,
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    inner.on('error', () => socket.destroy());
    inner.once('secure', () => {
      pipeline(inner, connect(realPort, '127.0.0.1'), inner, () => undefined);
    });
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (!isAsked) {
      secure(socket);
      return;
    }
    socket.once('data', () => {
      socket.write('S');
      secure(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, names };
}

/** The URL of a server at this port of `localhost`. */
function at(url: string, port: number): string {
  return Object.assign(new URL(url), { hostname: 'localhost', port: String(port) }).href;
}

const cases = {
  redis: {
    realPort: () => stack.redis.port,
    leaf: (port: number) => ({ kind: 'redis', url: `rediss://localhost:${port}/0` }),
  },
  rabbitmq: {
    realPort: () => stack.rabbitmq.port,
    leaf: (port: number) => ({ kind: 'rabbitmq', url: at(stack.rabbitmq.url, port).replace('amqp:', 'amqps:') }),
  },
  postgres: {
    realPort: () => stack.postgres.port,
    leaf: (port: number) => ({ kind: 'postgres', url: `${at(stack.postgres.url, port)}?sslmode=verify-full` }),
  },
  clickhouse: {
    realPort: () => stack.clickhouse.port,
    leaf: (port: number) => ({
      kind: 'clickhouse',
      url: at(stack.clickhouse.url, port).replace('http:', 'https:'),
    }),
  },
  http: {
    realPort: () => stack.assets.port,
    leaf: (port: number) => ({ kind: 'http', url: `https://localhost:${port}/json` }),
  },
  websocket: {
    realPort: () => stack.websocket.port,
    leaf: (port: number) => ({ kind: 'websocket', url: at(stack.websocket.url, port).replace('ws:', 'wss:') }),
  },
};

describe.each(Object.entries(cases))('%s over TLS', (kind, { realPort, leaf }) => {
  const isAsked = kind === 'postgres';

  it('shows its certificate to a server that asks for one, and sends the name of the server', async () => {
    const { port, names } = await front(realPort(), { requestCert: true }, isAsked);
    const { status } = await runLeaf({ ...leaf(port), ...pem });
    expect(status).toBe('working');
    expect(names).toContain('localhost');
  });

  it('says that a server asks for a certificate', async () => {
    const { port } = await front(realPort(), { requestCert: true }, isAsked);
    const { status } = await runLeaf({ ...leaf(port), ca: pem.ca });
    expect(status).toMatch(/^TLSError: no secure connection to .*: it asks for a client certificate; set cert and key/);
  });

  it('says that a server speaks only an older TLS', async () => {
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const { port } = await front(realPort(), old, isAsked);
    const { status } = await runLeaf({ ...leaf(port), ca: pem.ca });
    expect(status).toMatch(/^TLSError: no secure connection to .*older (version of TLS )?than TLS 1\.2/);
  });
});
