/** The building blocks of the keys of checks, as valibot schemas. */
import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { unparsable } from './url-mistakes.ts';

/** The keys of a kind in addition to the common ones. Each has a description and an example. */
export type Keys = Readonly<Record<string, v.GenericSchema>>;

/** The schema with a sentence that describes it, and a value as somebody might write it. */
export function describe<const S extends v.GenericSchema>(
  schema: S,
  sentence: string,
  example: NoInfer<v.InferInput<S>>,
) {
  return v.pipe(schema, v.description(sentence), v.examples([example]));
}

/** A string that parses as a URL of one of these schemes (`redis`, without the colon). */
export function url(...schemes: [string, ...string[]]) {
  const starts = schemes.map((scheme) => `${scheme}://`).join(' or ');
  const pattern = new RegExp(`^(${schemes.join('|').replaceAll('+', '\\+')})://`);
  return v.pipe(
    v.string(),
    v.regex(pattern, `expected a URL that starts with ${starts}`),
    // One message is enough for a URL of another scheme.
    v.check(
      (text) => !pattern.test(text) || URL.canParse(text),
      ({ input }) => unparsable(input),
    ),
  );
}

/** An `http:` or `https:` URL. */
export function httpUrl() {
  return url('http', 'https');
}

/** A string of at least one character. */
export function text() {
  return v.pipe(v.string(), v.nonEmpty('must not be empty'));
}

/** An object with any keys. Valibot's own `record` also accepts an array. */
export function record<const Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value) {
  return v.pipe(
    v.record(name, value),
    v.check((object) => !Array.isArray(object), 'expected an object, got an array'),
  );
}

/** `host:port` as its parts, an IPv6 address without its brackets; undefined if it is anything else, such as `::1`. */
export function hostAndPort(place: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain = '', port] = /^(?:\[([0-9a-f:.]+)\]|([^:/[\]\s]+)):(\d{1,5})$/i.exec(place) ?? [];
  return port === undefined ? undefined : { host: bracketed ?? plain, port: Number(port) };
}

/** A host beside a key `port`. The path of a Unix socket may stand for it. */
export function host() {
  return v.pipe(
    text(),
    v.check((place) => hostAndPort(place) === undefined, 'has a port; put it into port'),
    aloneIn('host', /^\/|^[^\s/@?#]*$/),
  );
}

/** A name that DNS knows. */
export function hostName() {
  return v.pipe(
    text(),
    v.check((place) => hostAndPort(place) === undefined, 'has a port; leave it out'),
    aloneIn('host', /^[^\s/@?#]*$/),
  );
}

/** Refuses a URL where only a part of one belongs. One message is enough. */
export function aloneIn(part: string, pattern: RegExp) {
  return v.check<string, (issue: v.CheckIssue<string>) => string>(
    (text) => pattern.test(text),
    ({ input }) =>
      /^[a-z][a-z0-9+.-]*:\/\//i.test(input)
        ? `is a URL; write its ${part} alone`
        : `expected a ${part}, and nothing else`,
  );
}

/** A TCP or UDP port. */
export function port() {
  return v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
}

/** The key `ca`, for kinds that may speak TLS. */
export const caKey = {
  ca: v.optional(
    describe(
      v.pipe(text(), v.check(isCertificate, 'expected a certificate in PEM: -----BEGIN CERTIFICATE----- …')),
      'PEM of the certificate authority to trust instead of the public ones.',
      '-----BEGIN CERTIFICATE-----\n…',
    ),
  ),
} satisfies Keys;

/** OpenSSL silently ignores an invalid certificate, and then trusts nobody. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}
