/** Documents for tests, and what becomes of them. */
import { parseNamespace } from '../../lib/document/namespace.ts';
import type { Namespace } from '../../lib/document/namespace.ts';
import type { ReadSecret } from '../../lib/document/references.ts';

export const TOKEN = 'an-opaque-token-of-the-tests';

/** A leaf that is right, whatever it would find. */
export const LEAF = { kind: 'tcp', host: 'db.example', port: 5432 };

/** The text of a document that is right, but for these keys. One that is undefined is left out. */
export function documentText(keys: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ access_tokens: [TOKEN], checks: { db: LEAF }, ...keys });
}

export function namespaceOf(keys: Readonly<Record<string, unknown>> = {}, readSecret?: ReadSecret): Promise<Namespace> {
  return parseNamespace('prod', documentText(keys), readSecret ?? (() => Promise.resolve(undefined)));
}

/** What is wrong with a document, a line each. */
export async function problemsOf(keys: Readonly<Record<string, unknown>>, readSecret?: ReadSecret): Promise<string[]> {
  const { problems } = await namespaceOf(keys, readSecret);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

/** What is wrong with a single leaf, a line each, the path within the leaf. */
export async function leafProblems(leaf: unknown, readSecret?: ReadSecret): Promise<string[]> {
  const problems = await problemsOf({ checks: { leaf, other: LEAF } }, readSecret);
  return problems.map((line) => line.replace(/^checks\.leaf\.?/, ''));
}
