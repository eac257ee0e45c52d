/** Translates the codes of Node's sockets, resolver and TLS. Each kind adds the codes of its own protocol. */
import { CheckError, codeOf, ConnectionError, TimeoutError, TLSError, UnhealthyError } from '../errors.ts';
import { SentTooMuch } from './intake.ts';

const CONNECTION_ERRORS: Readonly<Record<string, (target: string) => string>> = {
  ECONNREFUSED: (target) => `connection refused by ${target}; is it running and listening there?`,
  ECONNRESET: (target) => `connection reset by ${target}`,
  EPIPE: (target) => `connection closed by ${target}`,
  ECONNABORTED: (target) => `connection aborted by ${target}`,
  EHOSTUNREACH: (target) => `no route to ${target}; check network, subnet and security group`,
  ENETUNREACH: (target) => `network of ${target} is unreachable; check network, subnet and security group`,
  EHOSTDOWN: (target) => `host of ${target} is down`,
  EADDRNOTAVAIL: (target) => `no local address from which to reach ${target}`,
  EACCES: (target) => `not allowed to connect to ${target}`,
  ENOENT: (target) => `no such socket: ${target}`,
  ENOTFOUND: (target) => `the host name of ${target} does not resolve`,
  EAI_AGAIN: (target) => `the host name of ${target} cannot be resolved now; is the name server reachable?`,
  EMFILE: (target) => `too many open files to connect to ${target}`,
  UND_ERR_SOCKET: (target) => `connection closed by ${target}`,
};

const ASKS = 'it asks for a client certificate; set cert and key';

const TLS_ERRORS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in a self-signed certificate that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate chain is incomplete or not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate chain is incomplete or not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of its certificate is not trusted',
  CERT_REVOKED: 'its certificate is revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ASKS,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it does not accept the certificate in cert',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it does not accept the certificate in cert',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the issuer of the certificate in cert',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: `${ASKS}, or has no cipher in common`,
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'it refuses HTTP/1.1; does it speak only HTTP/2?',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION:
    'it speaks only another version of TLS, most likely one that is older than TLS 1.2',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks only an older version of TLS than TLS 1.2, which is not safe',
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: 'the oldest version of TLS in the URL is newer than the newest',
  EPROTO: 'the TLS handshake failed; does it speak TLS on this port?',
};

/**
 * The public error for a failure of the socket, the resolver or TLS; undefined for any other error.
 * Searches `cause` (fetch) and the errors of an `AggregateError` (a host with several addresses) too.
 * Source of the codes: Node's errors, OpenSSL's X509_V_ERR names, undici's errors.
 */
export function networkError(error: unknown, target: string): CheckError | undefined {
  for (const link of links(error)) {
    if (link instanceof CheckError) return link;
    if (link instanceof SentTooMuch) return new UnhealthyError(`${target} sent more than ${link.most}`);
    const code = tlsReason(link) ?? codeOf(link);
    if (code === undefined) continue;
    const connection = CONNECTION_ERRORS[code];
    if (connection !== undefined) return new ConnectionError(connection(target));
    if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return new TimeoutError(`no answer from ${target}`);
    const tls =
      TLS_ERRORS[code] ?? (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') ? TLS_ERRORS.EPROTO : undefined);
    if (tls !== undefined) return new TLSError(`no secure connection to ${target}: ${tls}`);
  }
  return undefined;
}

/** A write that fails in OpenSSL has the code EPROTO. The reason is only in its text: `…:SSL routines::reason:…`. */
function tlsReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || codeOf(error) !== 'EPROTO') return undefined;
  const reason = /:SSL routines:[^:]*:([\w ]+):/.exec(error.message)?.[1];
  return reason && `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** For a connection that ended without a code that explains why. */
export function connectionClosed(target: string): ConnectionError {
  return new ConnectionError(`connection closed by ${target}`);
}

const MAX_LINKS = 10;

function links(error: unknown): unknown[] {
  const found: unknown[] = [];
  const waiting = [error];
  while (waiting.length > 0 && found.length < MAX_LINKS) {
    const link = waiting.shift();
    found.push(link);
    if (link instanceof AggregateError) waiting.push(...(link.errors as unknown[]));
    if (link instanceof Error && link.cause !== undefined) waiting.push(link.cause);
  }
  return found;
}
