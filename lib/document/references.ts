/** Replaces `{ "secret": name, "key": json-key }` and `{ "env": name }`, wherever a document expects a string. */
import { createHash } from 'node:crypto';
import { CheckError } from '../errors.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { environmentOf } from './environment.ts';
import type { ReadEnv } from './environment.ts';
import { isArray, isObject, Unread } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { passwordsIn } from './secrets.ts';
import { readAll, secretValue } from './secret-values.ts';
import type { ReadSecret, SecretReference } from './secret-values.ts';
import { memberSchema, wantsNumber, wantsObject } from './wanted.ts';
import type { Wanted } from './wanted.ts';

const MAX_SECRETS = 100;

/** Where the values of references come from. */
export interface Sources {
  readonly readSecret: ReadSecret;
  /** If left out, documents may not read any environment variable. */
  readonly readEnv?: ReadEnv | undefined;
}

export interface Resolved {
  /** The document with its references replaced. A reference that could not be replaced is an `Unread`. */
  readonly document: JsonObject;
  /** The values that were inserted, each once. */
  readonly values: readonly string[];
  /** Those of the values that no report may show, and the passwords in them. */
  readonly concealed: readonly string[];
  /** What was read: equal for equal secrets and environment variables. */
  readonly fingerprint: string;
  /** Whether the vault did not answer for a secret that may exist. */
  readonly incomplete: boolean;
}

/**
 * Reads each secret that the document refers to once, all concurrently, and inserts the values.
 *
 * @param sources  Undefined if the document is only inspected: nothing is read then.
 * @param schemaOf The schema of an object, if it is a check.
 * @throws DocumentError if it refers to too many secrets.
 */
export async function resolveReferences(
  document: JsonObject,
  sources: Sources | undefined,
  schemaOf: SchemaOf = () => undefined,
): Promise<Resolved> {
  const names = new Set<string>();
  let hasReferences = false;
  const note = (reference: Reference) => {
    hasReferences = true;
    if ('secret' in reference) names.add(reference.secret);
  };
  visitMembers(document, undefined, { visit: note, schemaOf });
  const replaceBy = (replace: Replace) =>
    hasReferences ? mapMembers(document, undefined, { replace, schemaOf }) : document;
  if (sources === undefined)
    return { document: replaceBy(() => new Unread()), values: [], concealed: [], fingerprint: '', incomplete: false };
  if (names.size > MAX_SECRETS) throw new DocumentError(`refers to more than ${String(MAX_SECRETS)} secrets`);

  const { readSecret, readEnv = environmentOf({}) } = sources;
  const secrets = await readAll([...names], readSecret);
  const values = new Set<string>();
  const variables = new Map<string, string>();
  const shown = new Set<string>();
  const replaced = replaceBy((reference, wanted, place) => {
    const value = 'secret' in reference ? secretValue(reference, secrets) : readEnv(reference.env);
    if (value instanceof Unread) return value;
    if ('env' in reference) variables.set(reference.env, value);
    values.add(value);
    if (isShown(reference, place, value)) shown.add(value);
    return wantsNumber(wanted) && NUMBER.test(value) ? Number(value) : value;
  });
  const hash = createHash('sha256');
  for (const [name, { text }] of secrets) hash.update(JSON.stringify([name, text]));
  return {
    document: replaced,
    values: [...values],
    concealed: [...new Set([...values].flatMap((value) => (shown.has(value) ? [] : [value, ...passwordsIn(value)])))],
    fingerprint: hash.update(JSON.stringify([...variables])).digest('hex'),
    incomplete: [...secrets.values()].some(({ error }) => error !== undefined && isTransient(error)),
  };
}

/** The references in a value that could not be read, with their paths inside the value. */
export function unreadIn(value: Json, path = '', found: Problem[] = []): Problem[] {
  if (value instanceof Unread) {
    if (value.reason !== undefined) found.push({ path, message: value.reason });
  } else if (isObject(value) || isArray(value)) {
    for (const [key, inner] of value.entries())
      // Paths are only made for what may hold a reference: most values are strings and numbers.
      if (typeof inner === 'object') unreadIn(inner, path === '' ? String(key) : `${path}.${String(key)}`, found);
  }
  return found;
}

type Reference = SecretReference | { readonly env: string };

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/**
 * A string `secret` with an optional string `key`, or a string `env`, and nothing else: a `secrets_manager` check also
 * has a `kind`.
 */
function referenceIn(value: Json): Reference | undefined {
  if (!isObject(value) || value.size > 2) return undefined;
  const env = value.get('env');
  if (value.size === 1 && typeof env === 'string') return { env };
  const secret = value.get('secret');
  const key = value.get('key');
  if (typeof secret !== 'string') return undefined;
  if (value.size === 1) return { secret, key: undefined };
  return typeof key === 'string' ? { secret, key } : undefined;
}

/**
 * Not for the kind of a check: every report shows it. An object without a kind that is written in the document is a
 * group.
 */
function referenceAt(place: string, wanted: Wanted, value: Json): Reference | undefined {
  const isKind = place === 'kind' && wanted === undefined;
  return isKind || wantsObject(wanted) ? undefined : referenceIn(value);
}

const PLACES_SHOWN = ['host', 'port', 'database'];
const IDENTIFIER = /^(?:[\w.-]{1,253}|[\da-f:.]{2,45})$/i;

/** Whether reports may show a value: what an address is made of, unless it is the whole of a secret. */
function isShown(reference: Reference, place: string, value: string): boolean {
  const isPart = 'env' in reference || reference.key !== undefined;
  return isPart && PLACES_SHOWN.includes(place) && IDENTIFIER.test(value);
}

/** @param place The key that the reference stands under. */
type Replace = (reference: Reference, wanted: Wanted, place: string) => Json;
type SchemaOf = (object: JsonObject) => Wanted;

interface Placed {
  /** The key that the value stands under. */
  readonly place: string;
}

interface Mapping {
  readonly replace: Replace;
  readonly schemaOf: SchemaOf;
}

function mapMembers(object: JsonObject, wanted: Wanted, mapping: Mapping): JsonObject {
  const schema = wanted ?? mapping.schemaOf(object);
  return new Map(
    [...object].map(([key, value]) => [key, mapValue(value, memberSchema(schema, key), { ...mapping, place: key })]),
  );
}

function mapValue(value: Json, wanted: Wanted, mapping: Mapping & Placed): Json {
  if (isObject(value)) {
    const reference = referenceAt(mapping.place, wanted, value);
    return reference === undefined
      ? mapMembers(value, wanted, mapping)
      : mapping.replace(reference, wanted, mapping.place);
  }
  if (!isArray(value)) return value;
  const item = memberSchema(wanted, '0');
  return value.map((inner) => mapValue(inner, item, mapping));
}

interface Visiting {
  readonly visit: (reference: Reference) => void;
  readonly schemaOf: SchemaOf;
}

/** Finds the references without copying anything, since most documents have none. */
function visitMembers(object: JsonObject, wanted: Wanted, visiting: Visiting): void {
  const schema = wanted ?? visiting.schemaOf(object);
  for (const [key, value] of object)
    if (typeof value === 'object') visitValue(value, memberSchema(schema, key), { ...visiting, place: key });
}

function visitValue(value: Json, wanted: Wanted, visiting: Visiting & Placed): void {
  if (isObject(value)) {
    const reference = referenceAt(visiting.place, wanted, value);
    if (reference === undefined) visitMembers(value, wanted, visiting);
    else visiting.visit(reference);
  } else if (isArray(value)) {
    const item = memberSchema(wanted, '0');
    for (const inner of value) if (typeof inner === 'object') visitValue(inner, item, visiting);
  }
}

/** Whether another try may succeed: a vault that refused will refuse again; one that did not answer may answer soon. */
function isTransient(error: unknown): boolean {
  return !(error instanceof CheckError) || !['AuthError', 'ConfigurationError'].includes(error.code);
}
