/** The document that `init` writes: checks of the kinds that were chosen. */
import * as v from 'valibot';
import type { AnyKind } from '../checks/kind.ts';
import { hostAndPort } from '../clients/keys.ts';
import { inspectDocument } from '../document/inspect.ts';
import { leafJsonSchema } from '../document/schema.ts';
import { createToken } from '../document/tokens.ts';

export type Leaf = Readonly<Record<string, unknown>>;

/** A key that a check needs from its author. */
export interface KeyToFill {
  readonly key: string;
  readonly example: unknown;
}

export function keysToFill(kind: AnyKind): readonly KeyToFill[] {
  const { required = [], properties = {}, examples } = leafJsonSchema(kind);
  const example = (examples?.[0] ?? {}) as Leaf;
  const keys = Object.keys(properties).filter((key) => key === 'url' || required.includes(key));
  return keys.flatMap((key) => (key === 'kind' || !(key in example) ? [] : [{ key, example: example[key] }]));
}

/** The example of the kind, with these values in place of its own. */
export function leafOf(kind: AnyKind, values: Leaf): Leaf {
  return { ...(leafJsonSchema(kind).examples?.[0] as Leaf), ...values };
}

/** The values that somebody means by a text for a key: of `host:port`, each in its own key, or with its scheme. */
export function valuesIn(kind: AnyKind, { key, example }: KeyToFill, text: string): Leaf {
  const place = hostAndPort(text);
  if (place !== undefined && key === 'host' && 'port' in kind.keys) return { ...place };
  if (place !== undefined && key === 'url') return { url: `${onlyScheme(kind, example)}${text}` };
  return { [key]: typeof example === 'string' ? text : fromJson(text) };
}

/** The scheme of the kind's URLs, `memcached://`; empty if the scheme is also what says whether there is TLS. */
function onlyScheme({ keys }: AnyKind, example: unknown): string {
  const scheme = /^[a-z]+(?=:)/.exec(String(example))?.[0] ?? '';
  const others = [`${scheme}s`, scheme.replace(/s$/, '')].filter((other) => other !== scheme);
  // Some kinds want a user in the URL, and some want none.
  const urls = others.flatMap((other) => [`${other}://host:1`, `${other}://user:password@host:1`]);
  const isTaken = urls.some((url) => v.safeParse(keys.url ?? v.never(), url).success);
  return scheme === '' || isTaken ? '' : `${scheme}://`;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What is wrong with a check: the first mistake, with its key. */
export async function mistakeIn(leaf: Leaf): Promise<string | undefined> {
  const { problems } = await inspectDocument(
    '',
    documentOf({ token: createToken('example'), checks: { check: leaf } }),
  );
  const [first] = problems;
  return first && `${first.path.replace(/^checks\.check\.?/, '')}: ${first.message}`;
}

/** Names for checks: the kind, with a number from the second of a kind on. */
export function named(leaves: readonly Leaf[]): Readonly<Record<string, Leaf>> {
  const checks: Record<string, Leaf> = {};
  for (const leaf of leaves) {
    const kind = String(leaf.kind);
    const count = Object.values(checks).filter((other) => other.kind === kind).length;
    checks[count === 0 ? kind : `${kind}_${String(count + 1)}`] = leaf;
  }
  return checks;
}

interface Beginning {
  readonly token: string;
  readonly checks: Readonly<Record<string, Leaf>>;
  /** Where editors find the JSON Schema. Left out where nobody edits a file. */
  readonly schema?: string | undefined;
}

/** The text of a document with these checks. */
export function documentOf({ token, checks, schema }: Beginning): string {
  return `${JSON.stringify({ $schema: schema, access_tokens: [token], checks }, null, 2)}\n`;
}
