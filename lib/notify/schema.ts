/** The JSON Schema of the targets in a document, made from the registry of types. */
import { pick } from '../document/key-rows.ts';
import type { Schema } from '../document/key-rows.ts';
import { referableSchema } from '../document/referable.ts';
import { commonKeys } from './target.ts';
import type { TargetType } from './target.ts';
import { targetSchema } from './targets.ts';
import { targetTypes } from './types.ts';

export interface DescribedType extends TargetType {
  /** Of a target of this type, with the keys that every target takes. */
  readonly schema: Schema;
}

/** All types, in the order of the registry. */
export async function describedTypes(): Promise<readonly DescribedType[]> {
  const loaded = await Promise.all(targetTypes.map((registered) => registered.load()));
  return loaded.map((type) => ({ ...type, schema: schemaOf(type) }));
}

/** The schema of an item of the setting `notify`. */
export async function notifyItems(): Promise<Schema & { readonly oneOf: readonly Schema[] }> {
  return { type: 'object', oneOf: (await describedTypes()).map(({ schema }) => schema) };
}

/** The keys of the type alone. */
export function ownKeys({ schema }: DescribedType): Schema {
  return pick(schema, (key) => key !== 'type' && !Object.hasOwn(commonKeys, key));
}

function schemaOf(type: TargetType): Schema {
  const { properties = {}, required = [], ...schema } = referableSchema(targetSchema(type));
  const name = { ...properties.type, description: 'The type of target.', examples: [type.type] };
  const shown = Object.keys(properties).filter((key) => required.includes(key) || type.example?.includes(key) === true);
  const example = Object.fromEntries(shown.map((key) => [key, properties[key]?.examples?.[0]]));
  return {
    description: type.tells,
    ...Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema')),
    required,
    properties: { ...properties, type: name },
    examples: [{ ...example, type: type.type }],
  };
}
