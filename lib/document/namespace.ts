/** From a namespace's document to a Namespace: the tree of checks, and who may ask for it. */
import { createHash } from 'node:crypto';
import { didYouMean } from '../did-you-mean.ts';
import { MAX_SECONDS } from '../engine/deadline.ts';
import type { Group } from '../engine/types.ts';
import { isObject, parseDocument, typeName } from './json.ts';
import { DocumentError } from '../problem.ts';
import type { JsonObject } from './json.ts';
import type { Problem } from '../problem.ts';
import { isArray, References } from './references.ts';
import type { ReadSecret } from './references.ts';
import { secretsIn } from './secrets.ts';
import { digest, isTokenLike, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH } from './tokens.ts';
import { readTree } from './tree.ts';

/** What a document says, ready to run. */
export interface Namespace {
  readonly name: string;
  readonly root: Group;
  /** SHA-256 of each access token, in hexadecimal. */
  readonly tokenDigests: readonly string[];
  readonly disabled: boolean;
  /** Milliseconds that a run has in all. */
  readonly deadlineMs: number;
  /** Milliseconds for which a report is shared. */
  readonly maxAgeMs: number;
  /** HTTP status of a failing report. */
  readonly failingStatus: number;
  /** What no log line may hold: tokens, passwords, values read from the vault. */
  readonly secrets: readonly string[];
  /** Everything that is wrong with the document and does not make it unusable. */
  readonly problems: readonly Problem[];
  /** Equal for equal documents and equal secrets. */
  readonly fingerprint: string;
  /** Whether the vault did not answer for one of the secrets that the document refers to. */
  readonly incomplete: boolean;
}

/** The numbers at the top of a document. */
export const NUMBERS = {
  timeout: {
    description: 'Seconds that a check may take, unless it says otherwise.',
    preset: 2,
    min: 0.001,
    max: MAX_SECONDS,
  },
  deadline: { description: 'Seconds that a whole run may take.', preset: 10, min: 0.001, max: MAX_SECONDS },
  max_age: { description: 'Seconds for which a report is shared by everyone who asks.', preset: 5, min: 0, max: 3600 },
  failing_status: { description: 'HTTP status of a failing report.', preset: 503, min: 200, max: 599 },
} as const;

const KEYS = ['$schema', 'access_token', 'access_tokens', 'checks', 'disabled', ...Object.keys(NUMBERS)];

/**
 * Reads a document. A mistake in a leaf makes that leaf a `ConfigurationError`; a wrong number at the top is its default.
 *
 * @param readSecret Left out where the document is only looked at: then secrets that it refers to are not read.
 * @throws DocumentError where it has no usable `access_tokens` or `checks`. The message begins with the path.
 */
export async function parseNamespace(name: string, text: string, readSecret?: ReadSecret): Promise<Namespace> {
  const document = parseDocument(text);
  const references = await References.read(document, readSecret);
  const problems: Problem[] = [...document.keys()]
    .filter((key) => !KEYS.includes(key))
    .map((path) => ({ path, message: `unknown key${didYouMean(path, KEYS)}` }));
  const number = (key: keyof typeof NUMBERS) => readNumber(document, key, problems);

  const disabled = readDisabled(document, problems);
  const deadlineMs = number('deadline') * 1000;
  const maxAgeMs = number('max_age') * 1000;
  const failingStatus = Math.trunc(number('failing_status'));
  const timeoutMs = number('timeout') * 1000;

  const [tokens, root] = bothOrRefuse(
    () => readTokens(document, references, problems),
    () => readTree(readChecks(document), timeoutMs, references, problems),
    problems,
  );
  const known = [...tokens, ...references.values];
  return {
    name,
    root,
    tokenDigests: tokens.map(digest),
    disabled,
    deadlineMs,
    maxAgeMs,
    failingStatus,
    secrets: [
      ...new Set([...known, ...references.values.flatMap((value) => secretsIn(value)), ...secretsIn(document)]),
    ],
    problems,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([text, references.values]))
      .digest('hex'),
    incomplete: references.incomplete,
  };
}

/**
 * Reads both parts that a document cannot do without, also when the first is of no use, so that every mistake is told at once.
 *
 * @throws DocumentError for the first that is refused, with everything else.
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

/** @throws DocumentError where not one usable token is left. */
function readTokens(document: JsonObject, references: References, problems: Problem[]): string[] {
  const found: Problem[] = [];
  const take = (path: string): string[] => {
    const value = document.get(path);
    if (value === undefined) return [];
    const replaced = references.replace(value, path, found);
    if (path === 'access_tokens') {
      if (replaced !== undefined && isArray(replaced))
        return replaced.flatMap((token, index) => usable(token, `${path}.${String(index)}`));
      found.push({ path, message: `expected an array of strings, got ${typeName(replaced)}` });
      return [];
    }
    return replaced === undefined ? [] : usable(replaced, path);
  };
  const usable = (token: unknown, path: string): string[] => {
    const message = tokenMistake(token);
    if (message === undefined) return [token as string];
    found.push({ path, message });
    return [];
  };
  const tokens = [...take('access_tokens'), ...take('access_token')];
  if (tokens.length === 0) {
    const [first, ...others] = found;
    throw new DocumentError(first === undefined ? 'access_tokens: missing' : `${first.path}: ${first.message}`, others);
  }
  problems.push(...found);
  return tokens;
}

function tokenMistake(token: unknown): string | undefined {
  if (typeof token !== 'string') return `expected a string, got ${typeName(token)}`;
  if (token.length < MIN_TOKEN_LENGTH)
    return `shorter than ${String(MIN_TOKEN_LENGTH)} characters; make one with healthgate token`;
  return isTokenLike(token) ? undefined : `longer than ${String(MAX_TOKEN_LENGTH)} characters`;
}

function readNumber(document: JsonObject, key: keyof typeof NUMBERS, problems: Problem[]): number {
  const value = document.get(key);
  const { preset, min, max } = NUMBERS[key];
  if (value === undefined) return preset;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  problems.push({
    path: key,
    message: `expected a number from ${String(min)} to ${String(max)}; ${String(preset)} is used`,
  });
  return preset;
}

/** What is neither true nor false shuts: whoever wrote it meant to change something. */
function readDisabled(document: JsonObject, problems: Problem[]): boolean {
  const value = document.get('disabled');
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  problems.push({
    path: 'disabled',
    message: `expected true or false, got ${typeName(value)}; the namespace is disabled`,
  });
  return true;
}
