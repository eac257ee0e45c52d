/** The options of `serve` for gRPC. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Certificate } from '../grpc/server.ts';
import { numberOf, stringOf, UsageError } from './command.ts';
import type { Input, Option } from './command.ts';
import { systemWords } from './system-words.ts';

const PORT = { preset: undefined, min: 0, max: 65535, integer: true };

export const grpcOptions = {
  'grpc-port': {
    type: 'string',
    value: 'PORT',
    help: 'also speak gRPC, on this port; 0 takes any free port',
    number: PORT,
  },
  'grpc-cert': {
    type: 'string',
    value: 'FILE',
    help: 'certificate for TLS, in PEM, with its chain',
    onlyWith: ['--grpc-port'],
  },
  'grpc-key': {
    type: 'string',
    value: 'FILE',
    help: 'its private key, in PEM, without a passphrase',
    onlyWith: ['--grpc-port'],
  },
} as const satisfies Readonly<Record<string, Option>>;

interface GrpcAsked {
  readonly port: number;
  readonly certificate?: Certificate;
}

/**
 * What is asked for; undefined if gRPC is not.
 *
 * @throws UsageError that says what is wrong with the certificate or its key.
 */
export async function grpcAsked(input: Input): Promise<GrpcAsked | undefined> {
  const [certFile, keyFile] = [stringOf(input, 'grpc-cert'), stringOf(input, 'grpc-key')];
  const port = numberOf(input, 'grpc-port', PORT);
  if (port === undefined) return undefined;
  if (certFile === undefined && keyFile === undefined) return { port };
  if (certFile === undefined) throw new UsageError('--grpc-key needs --grpc-cert');
  if (keyFile === undefined) throw new UsageError('--grpc-cert needs --grpc-key');
  return { port, certificate: await certificateIn(certFile, keyFile) };
}

async function certificateIn(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = [await read('grpc-cert', certFile), await read('grpc-key', keyFile)];
  const parsed = parseCertificate(cert, certFile);
  const privateKey = parseKey(key, keyFile);
  if (!parsed.checkPrivateKey(privateKey))
    throw new UsageError(`--grpc-key ${keyFile}: is not the key of the certificate in ${certFile}`);
  const now = new Date();
  if (new Date(parsed.validTo) < now)
    throw new UsageError(`--grpc-cert ${certFile}: the certificate expired on ${parsed.validTo}`);
  return { cert, key };
}

async function read(option: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`--${option} ${file}: cannot be read: ${systemWords(error)}`);
  }
}

function parseCertificate(pem: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageError(`--grpc-cert ${file}: holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----`);
  }
}

function parseKey(pem: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const isLocked = error instanceof Error && /passphrase|bad decrypt|interrupted/i.test(error.message);
    const expected = 'expected PEM, -----BEGIN PRIVATE KEY-----';
    const why = isLocked ? 'the key has a passphrase; expected one without' : `holds no private key; ${expected}`;
    throw new UsageError(`--grpc-key ${file}: ${why}`);
  }
}
