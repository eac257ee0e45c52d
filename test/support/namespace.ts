/** Documents for tests, and the result of parsing them. */
import { parseNamespace } from '../../lib/document/namespace.ts';
import type { Namespace } from '../../lib/document/namespace.ts';
import type { ReadSecret } from '../../lib/document/secret-values.ts';

export const TOKEN = 'an-opaque-token-of-the-tests';

/** A valid leaf, whatever its check would find. */
export const LEAF = { kind: 'tcp', host: 'db.example', port: 5432 };

/** The text of a valid document with these keys. A key that is undefined is left out. */
export function documentText(keys: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ access_tokens: [TOKEN], checks: { db: LEAF }, ...keys });
}

export function namespaceOf(keys: Readonly<Record<string, unknown>> = {}, readSecret?: ReadSecret): Promise<Namespace> {
  return parseNamespace('prod', documentText(keys), { readSecret: readSecret ?? (() => Promise.resolve(undefined)) });
}

/** The problems of a document, one line each. */
export async function problemsOf(keys: Readonly<Record<string, unknown>>, readSecret?: ReadSecret): Promise<string[]> {
  const { problems } = await namespaceOf(keys, readSecret);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

/** The problems of a single leaf, one line each, with the path within the leaf. */
export async function leafProblems(leaf: unknown, readSecret?: ReadSecret): Promise<string[]> {
  const problems = await problemsOf({ checks: { leaf, other: LEAF } }, readSecret);
  return problems.map((line) => line.replace(/^checks\.leaf\.?/, ''));
}
