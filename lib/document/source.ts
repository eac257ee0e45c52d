/** Reads the text of a document: keys keep their order, duplicates are refused, and no error quotes a value. */
import { DocumentError } from '../problem.ts';
import { isObject, MAX_DOCUMENT_BYTES, typeName } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { readJson } from './json-text.ts';

/**
 * Reads JSON.
 *
 * @throws DocumentError
 */
export function parseDocument(source: string): JsonObject {
  return objectOf(readJson(bounded(source), false));
}

/** @throws DocumentError if the text is larger than a document may be. */
function bounded(source: string, maxBytes = MAX_DOCUMENT_BYTES): string {
  if (Buffer.byteLength(source) > maxBytes) throw new DocumentError(`larger than ${String(maxBytes)} bytes`);
  return source.replace(/^\uFEFF/, '');
}

function objectOf(value: Json): JsonObject {
  if (!isObject(value)) throw new DocumentError(`expected an object, got ${typeName(value)}`);
  return value;
}
