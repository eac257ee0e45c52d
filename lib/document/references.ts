/** Replaces `{ "secret": name, "key": json-key }`, wherever a document has a string, by what the vault holds. */
import { CheckError } from '../errors.ts';
import { isObject, parseDocument } from './json.ts';
import { DocumentError } from '../problem.ts';
import type { Json, JsonObject } from './json.ts';
import type { Problem } from '../problem.ts';

/**
 * Reads a secret that a document refers to; undefined where there is none of that name.
 * Throws a `CheckError` where the vault does not give it.
 */
export type ReadSecret = (name: string) => Promise<string | undefined>;

const MAX_SECRETS = 100;

/** Stands for every secret where a document is only looked at, without a vault. No mistake is reported of it. */
export const NOT_READ = 'a secret that was not read';

export class References {
  /** The values that were put in, in the order of the document. */
  readonly values: string[] = [];
  readonly #secrets: ReadonlyMap<string, PromiseSettledResult<string | undefined>> | undefined;

  private constructor(secrets?: ReadonlyMap<string, PromiseSettledResult<string | undefined>>) {
    this.#secrets = secrets;
  }

  /** Reads every secret that the document refers to, all at once, each one once; without a reader, none. */
  static async read(document: JsonObject, readSecret: ReadSecret | undefined): Promise<References> {
    if (readSecret === undefined) return new References();
    const names = [...new Set(namesIn(document))];
    if (names.length > MAX_SECRETS) throw new DocumentError(`refers to more than ${String(MAX_SECRETS)} secrets`);
    const read = await Promise.allSettled(names.map(readSecret));
    return new References(new Map(read.map((result, index) => [names[index] ?? '', result])));
  }

  /** Whether the vault did not answer for a secret that it may well have. */
  get incomplete(): boolean {
    return [...(this.#secrets?.values() ?? [])].some((read) => read.status === 'rejected' && isPassing(read.reason));
  }

  /** The value with its references replaced. One that cannot be is left out, and is a problem at its path. */
  replace(value: Json, path: string, problems: Problem[]): Json | undefined {
    if (isReference(value)) return this.#resolve(value, path, problems);
    const within = (key: string | number, inner: Json): [string, Json][] => {
      const replaced = this.replace(inner, path === '' ? String(key) : `${path}.${String(key)}`, problems);
      return replaced === undefined ? [] : [[String(key), replaced]];
    };
    if (isObject(value)) return new Map([...value].flatMap(([key, inner]) => within(key, inner)));
    return isArray(value) ? value.flatMap((inner, index) => within(index, inner).map(([, item]) => item)) : value;
  }

  #resolve(reference: Reference, path: string, problems: Problem[]): string | undefined {
    if (this.#secrets === undefined) return NOT_READ;
    const name = reference.get('secret') ?? '';
    const key = reference.get('key');
    try {
      const read = this.#secrets.get(name);
      if (read?.status === 'rejected') throw read.reason;
      const text = read?.value;
      if (text === undefined) throw new DocumentError(`the vault has no secret ${name}`);
      const value = key === undefined ? text : valueOf(text, name, key);
      this.values.push(value);
      return value;
    } catch (error) {
      if (!(error instanceof DocumentError) && !(error instanceof CheckError)) throw error;
      problems.push({ path, message: error.message });
      return undefined;
    }
  }
}

export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

type Reference = ReadonlyMap<string, string>;

/** A string `secret`, perhaps a string `key`, and nothing else: a check of the kind `secrets_manager` also has a `kind`. */
function isReference(value: Json): value is Reference {
  if (!isObject(value) || !value.has('secret')) return false;
  return [...value].every(([key, inner]) => (key === 'secret' || key === 'key') && typeof inner === 'string');
}

function namesIn(value: Json): string[] {
  if (isReference(value)) return [value.get('secret') ?? ''];
  if (isObject(value)) return [...value.values()].flatMap(namesIn);
  return isArray(value) ? value.flatMap(namesIn) : [];
}

function valueOf(text: string, name: string, key: string): string {
  let object: JsonObject;
  try {
    object = parseDocument(text);
  } catch (error) {
    if (error instanceof DocumentError)
      throw new DocumentError(`the secret ${name} is no JSON object with a key ${key}`);
    throw error;
  }
  const value = object.get(key);
  if (typeof value !== 'string') throw new DocumentError(`the secret ${name} has no string under the key ${key}`);
  return value;
}

/** A vault that refuses refuses again; one that does not answer may answer soon. */
function isPassing(error: unknown): boolean {
  return !(error instanceof CheckError) || !['AuthError', 'ConfigurationError'].includes(error.code);
}
