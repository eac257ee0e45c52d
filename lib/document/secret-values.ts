/** Reads the secrets that a document refers to, and the values in them. */
import { CheckError } from '../errors.ts';
import { DocumentError } from '../problem.ts';
import { Unread } from './json.ts';
import type { JsonObject } from './json.ts';
import { shortName } from './names.ts';
import { parseDocument } from './source.ts';

/**
 * Reads a secret that a document refers to; undefined if there is none with that name.
 * Throws a `CheckError` if the vault does not return it.
 */
export type ReadSecret = (name: string) => Promise<string | undefined>;

export interface SecretReference {
  /** The secret's name. */
  readonly secret: string;
  /** A key of the secret, which is a JSON object then; undefined for the whole secret. */
  readonly key: string | undefined;
}

/** A secret as the vault returned it. */
export interface ReadResult {
  readonly text?: string | undefined;
  /** Why the vault did not return it. */
  readonly error?: Error;
  /** The secret as an object, parsed when first needed; null if it is not one. */
  object?: JsonObject | null;
}

/** Reads all of them concurrently. */
export async function readAll(
  names: readonly string[],
  readSecret: ReadSecret,
): Promise<ReadonlyMap<string, ReadResult>> {
  const read = await Promise.allSettled(names.map(readSecret));
  return new Map(
    read.map((result, index) => [
      names[index] ?? '',
      result.status === 'fulfilled' ? { text: result.value } : { error: asError(result.reason) },
    ]),
  );
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('no secret', { cause: reason });
}

/** The value that a reference stands for; an `Unread` says why there is none. */
export function secretValue(
  { secret, key }: SecretReference,
  secrets: ReadonlyMap<string, ReadResult>,
): string | Unread {
  const read = secrets.get(secret) ?? {};
  if (read.error !== undefined) {
    if (read.error instanceof CheckError || read.error instanceof DocumentError) return new Unread(read.error.message);
    throw read.error;
  }
  const name = shortName(secret);
  if (read.text === undefined) return new Unread(`the vault has no secret ${name}`);
  return key === undefined ? withoutLineFeed(read.text) : memberOf(read, name, key);
}

function memberOf(read: ReadResult, name: string, key: string): string | Unread {
  const shown = shortName(key);
  if (read.object === undefined) read.object = objectIn(read.text ?? '');
  if (read.object === null) return new Unread(`the secret ${name} is not a JSON object with a key ${shown}`);
  const value = read.object.get(key);
  if (typeof value === 'string') return withoutLineFeed(value);
  if (typeof value !== 'number') return new Unread(`the secret ${name} has no string or number under the key ${shown}`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return new Unread(`the secret ${name} has too large a number under the key ${shown}; write it as a string`);
  return String(value);
}

function objectIn(text: string): JsonObject | null {
  try {
    return parseDocument(text);
  } catch (error) {
    if (error instanceof DocumentError) return null;
    throw error;
  }
}

/** Editors and `echo` end a file with a line feed that is not part of a password. */
function withoutLineFeed(text: string): string {
  return text.replace(/\r?\n$/, '');
}
