/** Reads the JSON of a document: keys keep their order, duplicates are refused, and no error quotes the text. */
import { parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { DocumentError } from '../problem.ts';

/** Objects keep the order of their keys, even of those that look like numbers; `__proto__` is an ordinary key. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject | Unread;
export type JsonObject = ReadonlyMap<string, Json>;

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

/** The deepest nesting of objects and arrays: far below what would overflow the stack of recursive code. */
const MAX_NESTING = 256;

/** @throws DocumentError */
export function parseDocument(source: string): JsonObject {
  if (Buffer.byteLength(source) > MAX_DOCUMENT_BYTES) {
    throw new DocumentError(`larger than ${String(MAX_DOCUMENT_BYTES)} bytes`);
  }
  const text = source.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  let value: Json;
  try {
    const root = parseTree(text, errors, { disallowComments: true });
    const [error] = errors;
    if (error !== undefined)
      throw new DocumentError(`not valid JSON: ${printParseErrorCode(error.error)} at ${at(text, error.offset)}`);
    if (root === undefined) throw new DocumentError('empty');
    value = toJson(root, text, 0);
  } catch (error) {
    if (error instanceof RangeError) throw new DocumentError('nested too deeply');
    throw error;
  }
  if (!isObject(value)) throw new DocumentError(`expected an object, got ${typeName(value)}`);
  return value;
}

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
  if (isObject(value)) return Object.fromEntries([...value].map(([key, inner]) => [key, toPlain(inner)]));
  return isArray(value) ? value.map(toPlain) : value;
}

function toJson(node: Node, text: string, depth: number): Json {
  if (depth > MAX_NESTING) throw new DocumentError(`nested deeper than ${String(MAX_NESTING)} levels`);
  if (node.type === 'array') return (node.children ?? []).map((child) => toJson(child, text, depth + 1));
  if (node.type !== 'object') return node.value as Json;
  const object = new Map<string, Json>();
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (key === undefined || value === undefined) continue;
    const name = key.value as string;
    if (object.has(name)) throw new DocumentError(`duplicate key at ${at(text, key.offset)}`);
    object.set(name, toJson(value, text, depth + 1));
  }
  return object;
}

function at(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${String(before.length)}, column ${String((before.at(-1)?.length ?? 0) + 1)}`;
}
