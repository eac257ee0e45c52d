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
  const list = document.get('access_tokens');
  const single = document.get('access_token');
  const found: Problem[] = [];
  if (list !== undefined && !isArray(list)) found.push({ path: 'access_tokens', message: notAList(list) });
  else if (list?.length === 0 && single === undefined)
    found.push({ path: 'access_tokens', message: 'must not be empty; make a token with healthgate token' });
  const places = [
    ...(isArray(list) ? list.map((token, index) => ({ token, path: `access_tokens.${String(index)}` })) : []),
    ...(single === undefined ? [] : [{ token: single, path: 'access_token' }]),
  ];
  const usable = places.filter(({ token, path }) => {
    const mistakes = mistakesInToken(token, path);
    if (found.length < MAX_LISTED) found.push(...mistakes);
    return mistakes.length === 0;
  });
  if (usable.length === 0) {
    const [first = { path: 'access_tokens', message: 'missing' }, ...others] = found;
    throw new DocumentError(first, others);
  }
  const strangers = usable.flatMap(({ token, path }) => doubtAbout(token, path, namespace));
  problems.push(...found, ...strangers.slice(0, MAX_LISTED));
  return usable.flatMap(({ token }) => (typeof token === 'string' ? [token] : []));
}

function notAList(value: Json): string {
  const hint = typeof value === 'string' ? '; put it in brackets, or name the key access_token' : '';
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
