/** Reads the text of a document: keys keep their order, duplicates are refused, and no error quotes a value. */
import { DocumentError } from '../problem.ts';
import { isObject, MAX_DOCUMENT_BYTES, typeName } from './json.ts';
import type { DocumentFormat, Json, JsonFormat, JsonObject } from './json.ts';
import { readJson } from './json-text.ts';
import type { Pace } from '../pace.ts';

/**
 * Reads JSON, perhaps with comments.
 *
 * @throws DocumentError
 */
export function parseDocument(source: string, format: JsonFormat = 'json'): JsonObject {
  return objectOf(readJson(bounded(source), format === 'jsonc'));
}

/** The largest YAML document in bytes: its parser takes far longer than that of JSON. */
const MAX_YAML_BYTES = 64 * 1024;

/**
 * Reads a document of any syntax.
 *
 * @throws DocumentError
 */
export async function readDocument(source: string, format: DocumentFormat, pace: Pace): Promise<JsonObject> {
  if (format !== 'yaml') return parseDocument(source, format);
  const text = bounded(source, MAX_YAML_BYTES);
  // Most documents are JSON, and the parser of YAML is large.
  const { readYaml } = await import('./yaml.ts');
  return objectOf(await readYaml(text, pace));
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
