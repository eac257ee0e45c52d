/** Turns a namespace's document into a `Namespace`: the tree of checks, and the tokens that open it. */
import { createHash } from 'node:crypto';
import { didYouMean } from '../did-you-mean.ts';
import type { Group } from '../engine/types.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { schemaOf } from './configure.ts';
import { isArray, isObject, parseDocument, typeName, Unread } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { resolveReferences, unreadIn } from './references.ts';
import type { ReadSecret } from './references.ts';
import { secretsIn } from './secrets.ts';
import { deadline, disabled, failingStatus, maxAge, ownSettings, Settings, timeout } from './settings.ts';
import type { AnySetting } from './settings.ts';
import { digest, isTokenLike, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH } from './tokens.ts';
import { readTree } from './tree.ts';

/** A parsed document, ready to run. */
export interface Namespace {
  readonly name: string;
  readonly root: Group;
  /** SHA-256 of each access token, in hexadecimal. */
  readonly tokenDigests: readonly string[];
  readonly disabled: boolean;
  /** Milliseconds that a whole run may take. */
  readonly deadlineMs: number;
  /** Milliseconds for which a report is shared. */
  readonly maxAgeMs: number;
  /** HTTP status of a failing report. */
  readonly failingStatus: number;
  /** All settings, including those that a namespace itself does not use. */
  readonly settings: Settings;
  /** What no log line may contain: tokens, passwords, values read from the vault. */
  readonly secrets: readonly string[];
  /** All mistakes in the document that do not make it unusable. */
  readonly problems: readonly Problem[];
  /** Equal for equal documents and equal secrets. */
  readonly fingerprint: string;
  /** Whether the vault did not answer for one of the secrets that the document refers to. */
  readonly incomplete: boolean;
}

export interface ParseOptions {
  /** If left out, the document is only inspected: secrets that it refers to are not read. */
  readonly readSecret?: ReadSecret | undefined;
  /** Additional settings that the document may have, from the layers that use them. */
  readonly settings?: readonly AnySetting[];
}

/** The top-level keys of a document that are not settings. */
const FIXED_KEYS = ['$schema', 'access_token', 'access_tokens', 'checks'];

/**
 * Reads a document. A mistake in a leaf makes that leaf a `ConfigurationError`; an invalid setting counts as left out.
 *
 * @throws DocumentError if it has no usable `access_tokens` or `checks`. The message begins with the path.
 */
export async function parseNamespace(
  name: string,
  text: string,
  { readSecret, settings: further = [] }: ParseOptions = {},
): Promise<Namespace> {
  const { document, values, incomplete } = await resolveReferences(parseDocument(text), readSecret, schemaOf);
  const known = [...ownSettings, ...further];
  const keys = [...FIXED_KEYS, ...known.map(({ key }) => key)];
  const problems: Problem[] = [...document.keys()]
    .filter((key) => !keys.includes(key))
    .map((path) => ({ path, message: `unknown key${didYouMean(path, keys)}` }));
  const settings = new Settings(document, known, problems);
  const [tokens, root] = bothOrRefuse(
    () => readTokens(document, problems),
    () => readTree(readChecks(document), settings.get(timeout) * 1000, problems),
    problems,
  );
  return {
    name,
    root,
    tokenDigests: tokens.map(digest),
    disabled: settings.get(disabled),
    deadlineMs: settings.get(deadline) * 1000,
    maxAgeMs: settings.get(maxAge) * 1000,
    failingStatus: Math.trunc(settings.get(failingStatus)),
    settings,
    secrets: [
      ...new Set([...tokens, ...values, ...values.flatMap((value) => secretsIn(value)), ...secretsIn(document)]),
    ],
    problems,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([text, values]))
      .digest('hex'),
    incomplete,
  };
}

/**
 * Reads both required parts of a document, the second even if the first is unusable, so that one error lists all
 * mistakes.
 *
 * @throws DocumentError for the first part that is refused, together with all other mistakes.
 */
function bothOrRefuse<A, B>(readFirst: () => A, readSecond: () => B, problems: readonly Problem[]): [A, B] {
  const refusals: DocumentError[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      refusals.push(error);
      return undefined;
    }
  };
  const first = attempt(readFirst);
  const second = attempt(readSecond);
  if (first !== undefined && second !== undefined) return [first, second];
  const [refusal, ...others] = refusals;
  throw new DocumentError(refusal?.message ?? '', [
    ...others.map(({ message }) => ({ path: '', message })),
    ...refusals.flatMap((error) => error.others),
    ...problems,
  ]);
}

function readChecks(document: JsonObject): JsonObject {
  const checks = document.get('checks');
  if (checks === undefined) throw new DocumentError('checks: missing');
  if (!isObject(checks)) throw new DocumentError(`checks: expected an object, got ${typeName(checks)}`);
  if (checks.size === 0) throw new DocumentError('checks: must not be empty');
  return checks;
}

/**
 * The access tokens, without those that are not read because the document is only inspected.
 *
 * @throws DocumentError if there is no usable token.
 */
function readTokens(document: JsonObject, problems: Problem[]): string[] {
  const list = document.get('access_tokens');
  const single = document.get('access_token');
  const found: Problem[] = [];
  if (list !== undefined && !isArray(list))
    found.push({ path: 'access_tokens', message: `expected an array of strings, got ${typeName(list)}` });
  const places = [
    ...(isArray(list) ? list.map((token, index) => ({ token, path: `access_tokens.${String(index)}` })) : []),
    ...(single === undefined ? [] : [{ token: single, path: 'access_token' }]),
  ];
  const usable = places.filter(({ token, path }) => {
    const mistakes = mistakesInToken(token, path);
    found.push(...mistakes);
    return mistakes.length === 0;
  });
  if (usable.length === 0) {
    const [first, ...others] = found;
    throw new DocumentError(first === undefined ? 'access_tokens: missing' : `${first.path}: ${first.message}`, others);
  }
  problems.push(...found);
  return usable.flatMap(({ token }) => (typeof token === 'string' ? [token] : []));
}

function mistakesInToken(token: Json, path: string): Problem[] {
  if (token instanceof Unread) return unreadIn(token, path);
  const message = tokenMistake(token);
  return message === undefined ? [] : [{ path, message }];
}

function tokenMistake(token: unknown): string | undefined {
  if (typeof token !== 'string') return `expected a string, got ${typeName(token)}`;
  if (token.length < MIN_TOKEN_LENGTH)
    return `shorter than ${String(MIN_TOKEN_LENGTH)} characters; make one with healthgate token`;
  return isTokenLike(token) ? undefined : `longer than ${String(MAX_TOKEN_LENGTH)} characters`;
}
