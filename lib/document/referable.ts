/** In a JSON Schema, lets references stand wherever a document may have them. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { Schema } from './key-rows.ts';

export const REFERENCE = { $ref: '#/$defs/secret' };

/** What a document may give as a reference. A secret's number is read as one, and a choice is made of strings. */
const REFERABLE: ReadonlySet<string> = new Set(['string', 'number', 'picklist']);

/** What describes a key, and says nothing of its value. */
const ABOUT_KEY: ReadonlySet<string> = new Set(['description', 'examples', 'default']);

/** The JSON Schema of a schema. A key that has a default need not be given. */
export function referableSchema(schema: Parameters<typeof toJsonSchema>[0]): Schema {
  const made = toJsonSchema(schema, {
    typeMode: 'input',
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      REFERABLE.has(valibotSchema.type) ? { anyOf: [jsonSchema, REFERENCE] } : undefined,
  });
  return settled(made) as Schema;
}

/** Moves what a value must be beside a reference: `toJsonSchema` writes the limits of a number around both. */
function settled(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(settled);
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, settled(value)]));
  const [value, reference] = Array.isArray(inner.anyOf) ? (inner.anyOf as readonly object[]) : [];
  if (value === undefined || reference === undefined || !('$ref' in reference)) return inner;
  const outer = Object.entries(inner).filter(([key]) => key !== 'anyOf');
  const about = outer.filter(([key]) => ABOUT_KEY.has(key));
  const limits = outer.filter(([key]) => !ABOUT_KEY.has(key));
  return { anyOf: [{ ...value, ...Object.fromEntries(limits) }, reference], ...Object.fromEntries(about) };
}
