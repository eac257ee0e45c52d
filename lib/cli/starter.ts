/** The document that `init` writes: checks of the kinds that were chosen. */
import type { AnyKind } from '../checks/kind.ts';
import { inspectDocument } from '../document/inspect.ts';
import { leafJsonSchema } from '../document/schema.ts';
import { createToken } from '../document/tokens.ts';

export type Leaf = Readonly<Record<string, unknown>>;

/** The keys that a check of this kind needs from its author, each with an example. */
export function keysToFill(kind: AnyKind): readonly { readonly key: string; readonly example: unknown }[] {
  const { required = [], properties = {}, examples } = leafJsonSchema(kind);
  const example = (examples?.[0] ?? {}) as Leaf;
  const keys = Object.keys(properties).filter((key) => key === 'url' || required.includes(key));
  return keys.flatMap((key) => (key === 'kind' || !(key in example) ? [] : [{ key, example: example[key] }]));
}

/** The example of the kind, with these values in place of its own. */
export function leafOf(kind: AnyKind, values: Leaf): Leaf {
  return { ...(leafJsonSchema(kind).examples?.[0] as Leaf), ...values };
}

/** What is wrong with a check: the first mistake, with its key. */
export async function mistakeIn(leaf: Leaf): Promise<string | undefined> {
  const { problems } = await inspectDocument('', documentOf('', { check: leaf }));
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

/** The text of a document with these checks. */
export function documentOf(
  namespace: string,
  checks: Readonly<Record<string, Leaf>>,
  token = createToken(namespace === '' ? 'example' : namespace),
): string {
  return `${JSON.stringify({ access_tokens: [token], checks }, null, 2)}\n`;
}
