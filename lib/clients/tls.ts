/** How TLS is spoken with a server that a URL names. */
import { isIP } from 'node:net';
import type { SecureVersion } from 'node:tls';
import type { Server, TlsMode } from './dialects/draft.ts';

/** The keys of a check that concern TLS, each a PEM. */
export interface TlsKeys {
  /** The certificate authority to trust instead of the public ones. */
  readonly ca?: string | undefined;
  /** The certificate to show to a server that asks for one, and its private key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * How strictly the server is verified. If a certificate is given, TLS is on and fully verified unless the URL
 * asks for less. A Unix socket never speaks TLS.
 */
export function tlsModeOf({ tls, hosts }: Server, { ca, cert }: TlsKeys): TlsMode {
  if (hosts[0]?.host.startsWith('/') === true) return 'off';
  if (tls === 'encrypt' && ca !== undefined) return 'verify-ca';
  return tls ?? (ca === undefined && cert === undefined ? 'off' : 'verify-full');
}

/** Options for `tls.connect`. The name of the server is sent (SNI), unless it is an address. */
export function tlsOptions(mode: TlsMode, server: Server, { ca, cert, key }: TlsKeys, host: string) {
  const { minVersion, maxVersion, servername = isIP(host) === 0 ? host : undefined } = server.options;
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...(servername !== undefined && { servername }),
    ...(minVersion !== undefined && { minVersion: minVersion as SecureVersion }),
    ...(maxVersion !== undefined && { maxVersion: maxVersion as SecureVersion }),
    rejectUnauthorized: mode !== 'encrypt',
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}
