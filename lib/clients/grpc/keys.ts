/** The keys of kinds that speak gRPC. */
import * as v from 'valibot';
import { describe, record, url } from '../keys.ts';

/** A URL of a server alone. Other schemes than those of gRPC may be among them, and are not looked at. */
export function grpcUrl(...schemes: [string, ...string[]]) {
  return v.pipe(
    url(...schemes),
    v.check(
      (text) => !isGrpc(text) || new URL(text).username + new URL(text).password === '',
      'gRPC knows no user and no password in a URL; metadata has credentials',
    ),
    v.check((text) => !isGrpc(text) || isServerAlone(new URL(text)), 'a gRPC server has neither path nor parameters'),
  );
}

function isGrpc(text: string): boolean {
  return /^grpcs?:/.test(text);
}

function isServerAlone({ hostname, pathname, search, hash }: URL): boolean {
  return hostname !== '' && ['', '/'].includes(pathname) && search + hash === '';
}

/** Names that HTTP/2 or gRPC itself uses: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const OWN_NAMES = /^(grpc-|(connection|content-length|content-type|host|te|transfer-encoding|upgrade|user-agent)$)/;

/** The key `metadata`. What cannot be sent is refused when the document is read. */
export const metadataKey = v.optional(
  describe(
    record(
      v.pipe(
        v.string(),
        v.regex(/^[a-z0-9_.-]+$/, 'expected lower-case letters, digits, _, . and -'),
        v.check((name) => !OWN_NAMES.test(name), 'gRPC sets this one itself'),
      ),
      v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/, 'expected only printable ASCII characters')),
    ),
    'Metadata of the call, by name; for a name that ends in `-bin`, in Base64.',
    { authorization: 'Bearer correct-horse' },
  ),
  {},
);
