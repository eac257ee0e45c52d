/** The keys of a JSON Schema in words, for the docs and the command line. */

/** The part of JSON Schema that people are shown. */
export interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** A key, as a line of a table. */
export interface KeyRow {
  /** With the keys that it is below: `expect.status`. */
  readonly key: string;
  /** In words; values in backquotes. */
  readonly type: string;
  readonly required: boolean;
  /** As JSON. */
  readonly preset: string | undefined;
  readonly description: string;
}

/** One line for each key. The keys of an object follow it. */
export function keyRows({ properties = {}, required = [] }: Schema, prefix = ''): readonly KeyRow[] {
  return Object.entries(properties).flatMap(([key, schema]) => [
    {
      key: prefix + key,
      type: typeOf(schema),
      required: required.includes(key),
      preset: schema.default === undefined ? undefined : JSON.stringify(schema.default),
      description: schema.description ?? '',
    },
    ...keyRows(schema, `${prefix}${key}.`),
  ]);
}

/** The type in words. A string may always be a reference to a secret, so that is not repeated for each key. */
export function typeOf(schema: Schema): string {
  const { type, enum: values, anyOf, items, $ref } = schema;
  if (values !== undefined) return values.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (anyOf !== undefined) {
    return [...new Set(anyOf.filter((one) => !isReference(one)).map(typeOf))].join(' or ');
  }
  if (type === 'array') return `list of ${pluralOf(items ?? {})}`;
  if ($ref !== undefined) return 'object';
  return `${type ?? 'any'}${rangeOf(schema)}`;
}

function isReference({ $ref }: Schema): boolean {
  return $ref === '#/$defs/secret';
}

function pluralOf({ type, anyOf }: Schema): string {
  if (anyOf === undefined) return `${type ?? 'value'}s`;
  return [...new Set(anyOf.filter((one) => !isReference(one)).map(pluralOf))].join(' or ');
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const above = exclusiveMinimum === undefined ? '' : ` above ${String(exclusiveMinimum)}`;
  const from = minimum === undefined ? above : ` from ${String(minimum)}`;
  return `${from}${maximum === undefined ? '' : ` to ${String(maximum)}`}`;
}

/** The object's schema with only the keys that are wanted. */
export function pick(schema: Schema, isWanted: (key: string) => boolean): Schema {
  const entries = Object.entries(schema.properties ?? {}).filter(([key]) => isWanted(key));
  return { ...schema, properties: Object.fromEntries(entries) };
}
