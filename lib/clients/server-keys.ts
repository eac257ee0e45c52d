/** The keys of kinds that talk to a server: its URL or its parts, and what TLS needs. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import type { Problem } from '../problem.ts';
import { TLS_WORDS } from './dialects/server.ts';
import type { ServerKeys } from './dialects/server.ts';
import { caKey, describe, host, text } from './keys.ts';
import type { Keys } from './keys.ts';

/** The keys of kinds that may speak TLS. */
export const tlsKeys = {
  ...caKey,
  cert: v.optional(
    describe(
      v.pipe(
        text(),
        v.check(isReadable(readCertificate), 'expected a certificate in PEM: -----BEGIN CERTIFICATE----- …'),
      ),
      'PEM of the certificate to show to a server that asks for one, with those that lead to its authority.',
      '-----BEGIN CERTIFICATE-----\n…',
    ),
  ),
  key: v.optional(
    describe(
      v.pipe(
        text(),
        v.check(
          isReadable(createPrivateKey),
          'expected a private key in PEM, without a password: -----BEGIN … KEY----- …',
        ),
      ),
      'PEM of the private key of cert.',
      '-----BEGIN PRIVATE KEY-----\n…',
    ),
  ),
} satisfies Keys;

/** The parts of a URL as keys of their own, for secrets that hold only a user and a password. */
export const partKeys = {
  host: v.optional(describe(host(), 'Host name or IP address, instead of that of the URL.', 'db.example')),
  port: v.optional(
    describe(v.union([v.pipe(v.number(), v.integer()), text()]), 'Port, instead of that of the URL.', 5432),
  ),
  user: v.optional(describe(text(), 'User, instead of that of the URL.', 'healthgate')),
  password: v.optional(describe(text(), 'Password, instead of that of the URL.', 'correct-horse')),
  database: v.optional(
    describe(v.union([text(), v.pipe(v.number(), v.integer())]), 'Database, instead of that of the URL.', 'shop'),
  ),
  tls: v.optional(
    describe(
      v.pipe(
        v.string(),
        v.check((word) => Object.hasOwn(TLS_WORDS, word), `expected one of ${Object.keys(TLS_WORDS).join(', ')}`),
      ),
      'How strictly TLS verifies the server: off, require (any certificate), verify-ca or verify-full.',
      'verify-full',
    ),
  ),
} satisfies Keys;

function readCertificate(pem: string): unknown {
  return new X509Certificate(pem);
}

function isReadable(read: (pem: string) => unknown): (pem: string) => boolean {
  return (pem) => {
    try {
      read(pem);
      return true;
    } catch {
      return false;
    }
  };
}

interface Certificates {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What is wrong with a certificate and its key together. */
export function certificateMistake({ cert, key }: Certificates, isTls = true): Problem | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) return { path: 'cert', message: 'missing: key needs the certificate that belongs to it' };
  if (key === undefined) return { path: 'key', message: 'missing: cert needs its private key' };
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    return { path: 'key', message: 'does not belong to the certificate in cert' };
  return isTls ? undefined : { path: 'cert', message: 'is of no use without TLS: turn it on in the URL, or with tls' };
}

/** The configuration of a check that talks to a server. */
export type ServerConfig = ServerKeys & Certificates & { readonly ca?: string | undefined };
