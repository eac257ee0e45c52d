/** Reads the access tokens of a document. */
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { referenceHint } from './hints.ts';
import { isArray, isObject, typeName, Unread } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { unreadIn } from './references.ts';
import { isTokenLike, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH, namespaceOf } from './tokens.ts';

/** Mistakes in tokens that are listed. */
const MAX_LISTED = 100;

/**
 * The access tokens, without those that are not read because the document is only inspected.
 *
 * @param namespace Its name; empty if it is not known.
 * @throws DocumentError if there is no usable token.
 */
export function readTokens(document: JsonObject, namespace: string, problems: Problem[]): string[] {
  const single = document.get('access_token');
  const found: Problem[] = [];
  const list = listIn(document, 'access_tokens', found);
  if (list?.length === 0 && single === undefined)
    found.push({ path: 'access_tokens', message: 'must not be empty; make a token with healthgate token' });
  const usable = usableIn(
    [...(list ?? []), ...(single === undefined ? [] : [{ token: single, path: 'access_token' }])],
    found,
  );
  if (usable.length === 0) {
    const [first = { path: 'access_tokens', message: 'missing' }, ...others] = found;
    throw new DocumentError(first, others);
  }
  problems.push(...found, ...doubtsAbout(usable, namespace));
  return textsOf(usable);
}

interface Owner {
  /** The namespace's name; empty if it is not known. */
  readonly name: string;
  readonly accessTokens: readonly string[];
}

/** The tokens that open the summary alone. A token that is listed as an access token too opens the summary. */
export function readSummaryTokens(document: JsonObject, { name, accessTokens }: Owner, problems: Problem[]): string[] {
  const found: Problem[] = [];
  const usable = usableIn(listIn(document, 'summary_tokens', found) ?? [], found);
  const twice = usable.filter(({ token }) => typeof token === 'string' && accessTokens.includes(token));
  const message = 'is an access token too; it opens the summary alone';
  found.push(...twice.slice(0, MAX_LISTED).map(({ path }) => ({ path, message })));
  problems.push(...found, ...doubtsAbout(usable, name));
  return textsOf(usable);
}

interface Place {
  readonly token: Json;
  readonly path: string;
}

function listIn(document: JsonObject, key: string, found: Problem[]): Place[] | undefined {
  const list = document.get(key);
  if (isArray(list)) return list.map((token, index) => ({ token, path: `${key}.${String(index)}` }));
  if (list !== undefined) found.push({ path: key, message: notAList(key, list) });
  return undefined;
}

function usableIn(places: readonly Place[], found: Problem[]): Place[] {
  return places.filter(({ token, path }) => {
    const mistakes = mistakesInToken(token, path);
    if (found.length < MAX_LISTED) found.push(...mistakes);
    return mistakes.length === 0;
  });
}

function doubtsAbout(usable: readonly Place[], namespace: string): Problem[] {
  return usable.flatMap(({ token, path }) => doubtAbout(token, path, namespace)).slice(0, MAX_LISTED);
}

function textsOf(usable: readonly Place[]): string[] {
  return usable.flatMap(({ token }) => (typeof token === 'string' ? [token] : []));
}

function notAList(key: string, value: Json): string {
  const other = key === 'access_tokens' ? ', or name the key access_token' : '';
  const hint = typeof value === 'string' ? `; put it in brackets${other}` : '';
  return `expected an array of strings, got ${typeName(value)}${hint}`;
}

function mistakesInToken(token: Json, path: string): Problem[] {
  if (token instanceof Unread) return unreadIn(token, path);
  const message = tokenMistake(token);
  return message === undefined ? [] : [{ path, message }];
}

function tokenMistake(token: Json): string | undefined {
  if (typeof token !== 'string') {
    const hint = isObject(token) ? referenceHint([...token.keys()]) : '';
    return `expected a string, got ${typeName(token)}${hint}`;
  }
  if (token.length < MIN_TOKEN_LENGTH)
    return `shorter than ${String(MIN_TOKEN_LENGTH)} characters; make one with healthgate token`;
  return isTokenLike(token) ? undefined : `longer than ${String(MAX_TOKEN_LENGTH)} characters`;
}

/** A token with another namespace's name is never compared with the tokens of this one. */
function doubtAbout(token: Json, path: string, namespace: string): Problem[] {
  const carried = typeof token === 'string' ? namespaceOf(token) : undefined;
  if (carried === undefined || namespace === '' || carried === namespace) return [];
  const message = `carries the name of another namespace, ${carried}, so it opens nothing here`;
  return [{ path, message: `${message}; make one with healthgate token ${namespace}` }];
}
