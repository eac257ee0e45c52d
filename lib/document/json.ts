/** The values that documents consist of, whatever syntax they are written in. */

/** Objects keep the order of their keys, even of those that look like numbers; `__proto__` is an ordinary key. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject | Unread;
export type JsonObject = ReadonlyMap<string, Json>;

/** The syntaxes that a document may be written in. `jsonc` is JSON with comments and trailing commas. */
export type DocumentFormat = JsonFormat | 'yaml';
export type JsonFormat = 'json' | 'jsonc';

/** Takes the place of a reference that was not replaced. */
export class Unread {
  /** Why it was not replaced; undefined if the document is only inspected, without reading any secret. */
  readonly reason: string | undefined;

  constructor(reason?: string) {
    this.reason = reason;
  }
}

/** The longest document in bytes: twice what HashiCorp Vault, the vault with the highest limit, stores by default. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** `object`, `array`, `null`, `string`, … */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Map) return 'object';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The value as plain objects, for validation by a schema. A key `__proto__` stays a key. */
export function toPlain(value: Json): unknown {
  if (isArray(value)) return value.map(toPlain);
  if (!isObject(value)) return value;
  const plain: Record<string, unknown> = {};
  for (const [key, inner] of value) {
    // An assignment would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(plain, key, {
        value: toPlain(inner),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else plain[key] = toPlain(inner);
  }
  return plain;
}
