/** A certificate authority and a certificate that it signed for the loopback host, made by openssl. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../command.ts';

/** The Debian package that makes them. */
export const OPENSSL_PACKAGE = { openssl: ['openssl'] } as const;

export interface Certificates {
  /** PEM of the authority's certificate, which clients must trust. */
  readonly ca: string;
  /** The files that the server needs. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes them in the folder, or returns those that the folder has from an earlier start. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true });
  const file = (name: string) => join(folder, name);
  const [caFile, certFile, keyFile] = [file('ca.pem'), file('server.pem'), file('server.key')];
  if (!existsSync(certFile)) {
    const [caKey, request, extensions] = [file('ca.key'), file('server.csr'), file('server.ext')];
    await writeFile(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    await openssl('req', '-x509', ...CURVE, '-keyout', caKey, '-out', caFile, '-days', '30', '-subj', '/CN=test CA');
    await openssl('req', ...CURVE, '-keyout', keyFile, '-out', request, '-subj', '/CN=localhost');
    const signing = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-days', '30', '-extfile', extensions];
    await openssl('x509', '-req', '-in', request, ...signing, '-out', certFile);
  }
  return { ca: await readFile(caFile, 'utf8'), caFile, certFile, keyFile };
}

async function openssl(...args: string[]): Promise<void> {
  const { ok, output } = await runCommand('openssl', args, 30_000);
  if (!ok) throw new Error(`openssl failed:\n${output}`);
}
