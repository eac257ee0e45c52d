import { describe, expect, it } from 'vitest';
import { kinds } from '../../../lib/checks/index.ts';
import { inspectDocument } from '../../../lib/document/inspect.ts';
import { documentSchema, exampleOf } from '../../../lib/document/schema.ts';
import { documentText } from '../../support/namespace.ts';

type Node = Readonly<Record<string, unknown>>;

/** Every key of the schema at any depth, by its path. */
function keysIn(node: unknown, path: string): [string, Node][] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, inner]) => {
    // A condition describes no key of its own.
    if (name === 'if') return [];
    const own = name === 'properties' ? Object.entries(inner as Record<string, Node>) : [];
    return [
      ...own.map(([key, found]) => [`${path}.${key}`, found] as [string, Node]),
      ...keysIn(inner, `${path}.${name}`),
    ];
  });
}

describe('the JSON Schema', () => {
  const keys = keysIn(documentSchema(), '');

  it('describes every key', () => {
    expect(keys.length).toBeGreaterThan(200);
    expect(keys.filter(([, { description }]) => typeof description !== 'string').map(([path]) => path)).toEqual([]);
  });

  it('has an example of every key', () => {
    expect(keys.filter(([, { examples }]) => !Array.isArray(examples)).map(([path]) => path)).toEqual([]);
  });
});

describe.each(kinds)('the example of $kind', ({ kind, keys }) => {
  it('is a check without a mistake', async () => {
    const { problems } = await inspectDocument('shop', documentText({ checks: { example: exampleOf(kind) } }));
    expect(problems).toEqual([]);
  });

  it('stays free of mistakes with each of its other keys that stands alone', async () => {
    const all = documentSchema().$defs as Record<string, { properties: Record<string, { examples: unknown[] }> }>;
    for (const key of Object.keys(keys)) {
      // A certificate in an example would be too long to read, and a key belongs to its certificate.
      if (['ca', 'cert', 'key'].includes(key)) continue;
      const value = all[kind]?.properties[key]?.examples[0];
      const text = documentText({ checks: { example: { ...exampleOf(kind), [key]: value } } });
      const found = (await inspectDocument('shop', text)).problems.filter(({ message }) =>
        message.startsWith('expected'),
      );
      expect(found, key).toEqual([]);
    }
  });
});
