/** Reads the text of a JSON document. Says in words what is wrong with it, without quoting any value. */
import { createScanner } from 'jsonc-parser';
import type { JSONScanner } from 'jsonc-parser';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { Json } from './json.ts';
import { shortName } from './names.ts';

/** Deepest nesting of objects and arrays: far below what would overflow the stack of whoever walks through it. */
export const MAX_NESTING = 256;

/** Mistakes of the same text that are listed. */
const MAX_LISTED = 20;

/** As jsonc-parser's `SyntaxKind`, a const enum that an isolated module cannot import. */
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  null: 7,
  true: 8,
  false: 9,
  string: 10,
  number: 11,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  trivia: 15,
  unknown: 16,
  end: 17,
} as const;

/** By jsonc-parser's `ScanError`. */
const TOKEN_ERRORS = [
  undefined,
  'a comment does not end',
  'a string does not end on its line',
  'a number is not complete',
  'an escape \\u needs four hexadecimal digits',
  'a backslash is followed by a letter that it cannot escape',
  'a control character in a string must be written as an escape, such as \\n or \\t',
];

/**
 * A recursive parser over jsonc-parser's scanner. The parser of jsonc-parser itself builds a tree of nodes, which takes
 * several times as long for a large document.
 *
 * @param comments Whether comments and trailing commas are allowed, as in a file `.jsonc`.
 * @throws DocumentError
 */
export function readJson(text: string, comments: boolean): Json {
  return new Reader(text, comments).read();
}

class Reader {
  readonly #scanner: JSONScanner;
  readonly #text: string;
  readonly #comments: boolean;
  /** What is wrong, and does not keep the rest from being read. */
  readonly #problems: Problem[] = [];
  #token: number = TOKEN.end;

  constructor(text: string, comments: boolean) {
    this.#scanner = createScanner(text, false);
    this.#text = text;
    this.#comments = comments;
  }

  read(): Json {
    this.#next();
    if (this.#token === TOKEN.end && this.#problems.length === 0) throw this.#error('the document is empty');
    const value = this.#value(0);
    if (this.#token !== TOKEN.end) throw this.#error('there is more text after the end of the document');
    const [first, ...others] = this.#problems;
    if (first !== undefined) throw new DocumentError(first, others);
    return value;
  }

  #value(depth: number): Json {
    if (depth > MAX_NESTING) throw new DocumentError(`nested deeper than ${String(MAX_NESTING)} levels`);
    switch (this.#token) {
      case TOKEN.openBrace:
        return this.#object(depth);
      case TOKEN.openBracket:
        return this.#array(depth);
      case TOKEN.string:
        return this.#take(this.#scanner.getTokenValue());
      case TOKEN.number:
        return this.#take(Number(this.#scanner.getTokenValue()));
      case TOKEN.true:
        return this.#take(true);
      case TOKEN.false:
        return this.#take(false);
      case TOKEN.null:
        return this.#take(null);
      default:
        throw this.#error(this.#ifEnded() ?? this.#oddText() ?? 'a value is missing');
    }
  }

  #object(depth: number): Json {
    const object = new Map<string, Json>();
    this.#next();
    while (this.#token !== TOKEN.closeBrace) {
      if (!this.#is(TOKEN.string))
        throw this.#error(this.#ifEnded() ?? this.#oddText() ?? 'a key in double quotes is missing');
      const name = this.#scanner.getTokenValue();
      if (object.has(name)) this.#note(`duplicate key ${shortName(name)}`, name);
      this.#next();
      if (!this.#is(TOKEN.colon)) throw this.#error(this.#ifEnded() ?? 'a colon is missing after the key');
      this.#next();
      object.set(name, this.#value(depth + 1));
      this.#separator(TOKEN.closeBrace, '}');
    }
    return this.#take(object);
  }

  #array(depth: number): Json {
    const array: Json[] = [];
    this.#next();
    while (this.#token !== TOKEN.closeBracket) {
      array.push(this.#value(depth + 1));
      this.#separator(TOKEN.closeBracket, ']');
    }
    return this.#take(array);
  }

  /** The comma between two members, or the end of them. */
  #separator(end: number, closing: string): void {
    if (this.#token === end) return;
    if (this.#token !== TOKEN.comma)
      throw this.#error(this.#ifEnded() ?? this.#oddText() ?? `a comma or ${closing} is missing`);
    const place = this.#place();
    this.#next();
    if (this.#token === end && !this.#comments)
      this.#list({ ...place, path: '', message: `not valid JSON: a trailing comma before ${closing}; remove it` });
  }

  #is(token: number): boolean {
    return this.#token === token;
  }

  #take<T>(value: T): T {
    this.#next();
    return value;
  }

  #next(): void {
    for (;;) {
      this.#token = this.#scanner.scan();
      const mistake = TOKEN_ERRORS[this.#scanner.getTokenError()];
      if (mistake !== undefined) throw this.#error(mistake);
      if (this.#token < TOKEN.lineComment || this.#token > TOKEN.trivia) return;
      const isComment = this.#token === TOKEN.lineComment || this.#token === TOKEN.blockComment;
      if (isComment && !this.#comments) this.#note('not valid JSON: comments are not allowed; name the file .jsonc');
    }
  }

  #ifEnded(): string | undefined {
    return this.#token === TOKEN.end ? 'it ends before all brackets are closed' : undefined;
  }

  /** What stands in place of a token that JSON knows. */
  #oddText(): string | undefined {
    if (looksLikeYaml(this.#text)) return 'it looks like YAML; name the file .yaml, or convert it to JSON';
    if (this.#token !== TOKEN.unknown) return undefined;
    const first = this.#text[this.#scanner.getTokenOffset()] ?? '';
    if (first === '\0') return 'there is a NUL character; save the file as UTF-8';
    return first === "'" ? 'strings need double quotes' : 'unexpected text; strings and keys need double quotes';
  }

  #place() {
    return { line: this.#scanner.getTokenStartLine() + 1, column: this.#scanner.getTokenStartCharacter() + 1 };
  }

  #error(words: string): DocumentError {
    const problem = { path: '', message: `not valid JSON: ${words}`, ...this.#place() };
    return new DocumentError(problem, this.#problems);
  }

  #note(message: string, name?: string): void {
    this.#list({ path: '', message, ...this.#place() }, name);
  }

  /** Lists each mistake once, so that a hundred comments are one line. */
  #list(problem: Problem, name?: string): void {
    const isListed = name === undefined && this.#problems.some(({ message }) => message === problem.message);
    if (!isListed && this.#problems.length < MAX_LISTED) this.#problems.push(problem);
  }
}

/** Whether the first line that says something is a key without quotes, a list item or the mark of a document. */
function looksLikeYaml(text: string): boolean {
  return /^(?:[ \t]*(?:#[^\n]*)?\r?\n){0,100}(?:---\s|%YAML|- |[A-Za-z_$][\w$]*:(?:\s|$))/.test(text.slice(0, 10_000));
}
