/** What a kind of check is, and the vocabulary that its configuration is written in. */
import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import type { CheckContext } from '../types.ts';
import type { Problem } from '../vault/document-error.ts';

/** The keys of a kind beside the common ones, as valibot schemas. Each has a description, for editors and documents. */
export type Keys = Readonly<Record<string, v.GenericSchema>>;

/** A kind of check. A new one is one file, and one line in `index.ts`. */
export interface CheckKind<Entries extends Keys = Keys> {
  /** As in the document: `redis`. */
  readonly kind: string;
  /** What "working" means, for the documents: `PING answers`. */
  readonly works: string;
  readonly keys: Entries;
  /** Finds what is wrong with keys that are right each by itself: two of them contradict, or one needs another. */
  mistake?(config: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>): Problem | undefined;
  /** What is checked, for messages: `redis cache.example:6379`. Without user info, path or query string of a URL. */
  target(config: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>): string;
  /**
   * Proves that it works: resolves if so, throws if not. A `CheckError` is shown; anything else is a fault of the kind.
   * Everything that it opens, it closes, also when `context.signal` is aborted.
   */
  check(config: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>, context: CheckContext): Promise<void>;
}

/** Gives a kind its types. */
export function defineKind<const Entries extends Keys>(kind: CheckKind<Entries>): CheckKind<Entries> {
  return kind;
}

/** A kind as the registry holds it: its configuration was checked against `keys` before it gets there. */
export type AnyKind = CheckKind;

/** Seconds that a check, or a whole run, may take at most: API Gateway gives up at 29. */
export const MAX_SECONDS = 28;

/** The keys that every check takes. */
export const commonKeys = {
  timeout: v.optional(
    describe(v.pipe(v.number(), v.gtValue(0), v.maxValue(MAX_SECONDS)), "Seconds; the namespace's unless set."),
  ),
  critical: v.optional(describe(v.boolean(), 'Whether its failure makes the namespace fail.'), true),
  description: v.optional(describe(v.pipe(v.string(), v.maxLength(1000)), 'What it is, for people.')),
  runbook: v.optional(describe(httpUrl(), 'Page that tells what to do when it fails.')),
  depends_on: v.optional(
    describe(v.pipe(v.array(v.string()), v.maxLength(20)), 'Paths (group/name) of checks that it cannot work without.'),
    [],
  ),
} satisfies Keys;

/** The schema with a sentence about it. */
export function describe<const S extends v.GenericSchema>(schema: S, sentence: string) {
  return v.pipe(schema, v.description(sentence));
}

/** A string that parses as a URL of one of these schemes (`redis`, without the colon). */
export function url(...schemes: [string, ...string[]]) {
  const starts = schemes.map((scheme) => `${scheme}://`).join(' or ');
  return v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^(${schemes.join('|').replaceAll('+', '\\+')})://`),
      `expected a URL that starts with ${starts}`,
    ),
    v.check(
      (text) => URL.canParse(text),
      'not a valid URL; are special characters in user or password percent-encoded?',
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

/** An object of any keys. Valibot's own takes an array for one as well. */
export function record<const Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value) {
  return v.pipe(
    v.record(name, value),
    v.check((object) => !Array.isArray(object), 'expected an object, got an array'),
  );
}

/** The key `ca`, for kinds that may speak TLS. */
export const caKey = {
  ca: v.optional(
    describe(
      v.pipe(text(), v.check(isCertificate, 'expected a certificate in PEM: -----BEGIN CERTIFICATE----- …')),
      'PEM of the certificate authority to trust, where the public ones do not do.',
    ),
  ),
} satisfies Keys;

/** What is no certificate, OpenSSL passes over in silence, and then trusts nobody. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

/** A TCP or UDP port. */
export function port() {
  return v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
}

/** Host and port of a URL, the only part of it that a message may show. */
export function hostOf(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url);
  return `${decodeHost(hostname)}:${port === '' ? String(defaultPort) : port}`;
}

function decodeHost(hostname: string): string {
  try {
    return decodeURIComponent(hostname);
  } catch {
    return hostname;
  }
}
