/** Replaces `{ "secret": name, "key": json-key }`, wherever a document expects a string, with the vault's value. */
import { CheckError } from '../errors.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { isArray, isObject, parseDocument, Unread } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { memberSchema, wantsObject } from './wanted.ts';
import type { Wanted } from './wanted.ts';

/**
 * Reads a secret that a document refers to; undefined if there is none with that name.
 * Throws a `CheckError` if the vault does not return it.
 */
export type ReadSecret = (name: string) => Promise<string | undefined>;

const MAX_SECRETS = 100;

export interface Resolved {
  /** The document with its references replaced. A reference that could not be replaced is an `Unread`. */
  readonly document: JsonObject;
  /** The values that were inserted, in the order of the document. */
  readonly values: readonly string[];
  /** Whether the vault did not answer for a secret that may exist. */
  readonly incomplete: boolean;
}

/**
 * Reads each secret that the document refers to once, all concurrently, and inserts the values.
 *
 * @param readSecret Undefined if the document is only inspected: nothing is read then.
 * @param schemaOf   The schema of an object, if it is a check.
 * @throws DocumentError if it refers to too many secrets.
 */
export async function resolveReferences(
  document: JsonObject,
  readSecret: ReadSecret | undefined,
  schemaOf: SchemaOf = () => undefined,
): Promise<Resolved> {
  const replaceBy = (replace: Replace) => mapMembers(document, undefined, { replace, schemaOf });
  if (readSecret === undefined) return { document: replaceBy(() => new Unread()), values: [], incomplete: false };

  const names = new Set<string>();
  replaceBy(({ name }) => {
    names.add(name);
    return null;
  });
  if (names.size > MAX_SECRETS) throw new DocumentError(`refers to more than ${String(MAX_SECRETS)} secrets`);
  const secrets = await readAll([...names], readSecret);

  const values: string[] = [];
  const replaced = replaceBy((reference) => {
    const value = valueOf(reference, secrets);
    if (typeof value === 'string') values.push(value);
    return value;
  });
  const incomplete = [...secrets.values()].some((read) => read.status === 'rejected' && isTransient(read.reason));
  return { document: replaced, values, incomplete };
}

/** The references in a value that could not be read, with their paths inside the value. */
export function unreadIn(value: Json, path = ''): Problem[] {
  if (value instanceof Unread) return value.reason === undefined ? [] : [{ path, message: value.reason }];
  const under = (key: string | number) => (path === '' ? String(key) : `${path}.${String(key)}`);
  if (isObject(value)) return [...value].flatMap(([key, inner]) => unreadIn(inner, under(key)));
  return isArray(value) ? value.flatMap((inner, index) => unreadIn(inner, under(index))) : [];
}

interface Reference {
  readonly name: string;
  readonly key: string | undefined;
}

/** A string `secret`, an optional string `key`, and nothing else: a `secrets_manager` check also has a `kind`. */
function referenceIn(value: Json): Reference | undefined {
  if (!isObject(value)) return undefined;
  const name = value.get('secret');
  const key = value.get('key');
  const hasOnlyThese = [...value.keys()].every((other) => other === 'secret' || other === 'key');
  if (typeof name !== 'string' || !hasOnlyThese || (value.has('key') && typeof key !== 'string')) return undefined;
  return { name, key: typeof key === 'string' ? key : undefined };
}

type Replace = (reference: Reference) => Json;
type SchemaOf = (object: JsonObject) => Wanted;

interface Mapping {
  readonly replace: Replace;
  readonly schemaOf: SchemaOf;
}

function mapMembers(object: JsonObject, wanted: Wanted, mapping: Mapping): JsonObject {
  const schema = wanted ?? mapping.schemaOf(object);
  return new Map([...object].map(([key, value]) => [key, mapValue(value, memberSchema(schema, key), mapping)]));
}

function mapValue(value: Json, wanted: Wanted, mapping: Mapping): Json {
  const reference = wantsObject(wanted) ? undefined : referenceIn(value);
  if (reference !== undefined) return mapping.replace(reference);
  if (isObject(value)) return mapMembers(value, wanted, mapping);
  if (!isArray(value)) return value;
  return value.map((item, index) => mapValue(item, memberSchema(wanted, String(index)), mapping));
}

type Secrets = ReadonlyMap<string, PromiseSettledResult<string | undefined>>;

async function readAll(names: readonly string[], readSecret: ReadSecret): Promise<Secrets> {
  const read = await Promise.allSettled(names.map(readSecret));
  return new Map(read.map((result, index) => [names[index] ?? '', result]));
}

function valueOf({ name, key }: Reference, secrets: Secrets): string | Unread {
  const read = secrets.get(name);
  if (read?.status === 'rejected') {
    if (read.reason instanceof CheckError || read.reason instanceof DocumentError)
      return new Unread(read.reason.message);
    throw read.reason;
  }
  const text = read?.value;
  if (text === undefined) return new Unread(`the vault has no secret ${name}`);
  return key === undefined ? text : memberOf(text, name, key);
}

function memberOf(text: string, name: string, key: string): string | Unread {
  try {
    const value = parseDocument(text).get(key);
    if (typeof value === 'string') return value;
    return new Unread(`the secret ${name} has no string under the key ${key}`);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return new Unread(`the secret ${name} is not a JSON object with a key ${key}`);
  }
}

/** Whether another try may succeed: a vault that refused will refuse again; one that did not answer may answer soon. */
function isTransient(error: unknown): boolean {
  return !(error instanceof CheckError) || !['AuthError', 'ConfigurationError'].includes(error.code);
}
