/** Edits the access tokens in the text of a document, and leaves everything else as it is. */
import { applyEdits, createScanner, findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { isArray, typeName } from './json.ts';
import type { Json, JsonFormat } from './json.ts';
import { DocumentError } from '../problem.ts';
import { resolveReferences } from './references.ts';
import type { Sources } from './references.ts';
import { parseDocument } from './source.ts';
import { digest, MIN_TOKEN_LENGTH } from './tokens.ts';

const LISTS = ['access_tokens', 'summary_tokens'] as const;

/** A key of a document that lists tokens. */
export type TokenList = (typeof LISTS)[number];

/** A place in a document that contains an access token, or refers to a secret that does. */
export interface TokenPlace {
  readonly path: readonly (string | number)[];
  /** SHA-256 of the token, in hexadecimal; undefined if the token cannot be read or is unusable. */
  readonly digest: string | undefined;
}

/**
 * Finds every access token of a document.
 *
 * @throws DocumentError if the document cannot be read.
 */
export async function findTokens(text: string, format: JsonFormat, sources: Sources): Promise<TokenPlace[]> {
  const document = parseDocument(text, format);
  const keys = [...LISTS, 'access_token'].filter((key) => document.has(key));
  const tokens = new Map(keys.map((key) => [key, document.get(key) ?? null]));
  const { document: replaced } = await resolveReferences(tokens, sources);
  const single = replaced.get('access_token');
  const listed = LISTS.flatMap((key) => {
    const list = replaced.get(key) ?? [];
    if (!isArray(list)) throw notAList(key, typeName(list));
    return list.map((token, index) => placeOf([key, index], token));
  });
  return [...listed, ...(single === undefined ? [] : [placeOf(['access_token'], single)])];
}

function notAList(key: TokenList, type: string): DocumentError {
  return new DocumentError({ path: key, message: `expected an array of strings, got ${type}` });
}

function placeOf(path: TokenPlace['path'], token: Json): TokenPlace {
  const isUsable = typeof token === 'string' && token.length >= MIN_TOKEN_LENGTH;
  return { path, digest: isUsable ? digest(token) : undefined };
}

/**
 * Inserts a token before the others.
 *
 * @throws DocumentError if the document cannot be read.
 */
export function addToken(text: string, format: JsonFormat, token: string, key: TokenList = 'access_tokens'): string {
  const root = rootOf(text, format);
  const list = findNodeAtLocation(root, [key]);
  const item = JSON.stringify(token);
  if (list === undefined) return insertFirst(text, root, `"${key}": [${item}]`);
  if (list.type !== 'array') throw notAList(key, list.type);
  return insertFirst(text, list, item);
}

/** Removes tokens from all keys. */
export function removeTokens(text: string, format: JsonFormat, places: readonly Pick<TokenPlace, 'path'>[]): string {
  // From the last to the first, so that the places of the remaining ones do not move.
  return places.reduceRight((left, { path }) => {
    const value = findNodeAtLocation(rootOf(left, format), [...path]);
    return value === undefined ? left : remove(left, value.parent?.type === 'property' ? value.parent : value);
  }, text);
}

function rootOf(text: string, format: JsonFormat): Node {
  parseDocument(text, format); // throws if the document is not valid
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) throw new DocumentError('empty');
  return root;
}

/** Inserts the first member of an array or an object, with the whitespace of the previous first member. */
function insertFirst(text: string, parent: Node, content: string): string {
  const first = parent.children?.[0];
  const start = parent.offset + 1;
  if (first === undefined) return applyEdits(text, [{ offset: start, length: 0, content }]);
  const space = text.slice(start, first.offset);
  // Without the comments that may come before it.
  const indent = /\r?\n[ \t]*$/.exec(space)?.[0];
  const separator = indent === undefined ? ', ' : `,${indent}`;
  return applyEdits(text, [{ offset: first.offset, length: 0, content: content + separator }]);
}

/**
 * Removes a member and one of the commas around it, but no comment. By hand, since `modify` of jsonc-parser 3.3 leaves
 * a quote behind when it removes the last of several items from an array on one line.
 */
function remove(text: string, member: Node): string {
  const siblings = member.parent?.children ?? [member];
  const index = siblings.indexOf(member);
  const [before, after] = [siblings[index - 1], siblings[index + 1]];
  const end = member.offset + member.length;
  const comma = commaAfter(text, end) ?? (before && commaAfter(text, before.offset + before.length));
  const first = comma === undefined ? member.offset : Math.min(comma, member.offset);
  const last = comma === undefined ? end : Math.max(comma + 1, end);
  const between = comma === undefined || comma < member.offset ? [first + 1, member.offset] : [end, comma];
  const content = isBlank(text.slice(...between)) ? '' : text.slice(...between);
  const [left, right] = [text.slice(0, first), text.slice(last)];
  // The rest moves to where the member was, but never behind a comment that ends with its line.
  if (after !== undefined) return left + content + right.trimStart();
  const isAlone = /^[ \t]*\r?\n/.test(right) && content === '';
  return (isAlone ? left.trimEnd() : left) + content + right;
}

const isBlank = (text: string) => text.trim() === '';

/** Where the next comma is, behind comments; undefined if something else comes first. */
function commaAfter(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  return text[scanner.getTokenOffset()] === ',' ? scanner.getTokenOffset() : undefined;
}
