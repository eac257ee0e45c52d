/** Reads YAML: the core schema of version 1.2, without anchors, aliases and tags. https://yaml.org/spec/1.2.2/ */
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, Parser } from 'yaml';
import type { CST, Document, Node, ParsedNode } from 'yaml';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { Json } from './json.ts';
import { MAX_NESTING } from './json-text.ts';
import { shortName } from './names.ts';
import type { Pace } from '../pace.ts';
import type { Member } from './places.ts';

/** Mistakes of the same text that are listed. */
const MAX_LISTED = 20;

/** The parser's messages quote the text, which may hold secrets, so its codes are put into words here. */
const WORDS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias has properties',
  BAD_INDENT: 'the indentation is wrong',
  BAD_DQ_ESCAPE: 'a backslash is followed by a letter that it cannot escape',
  BAD_SCALAR_START: 'a value begins with a character that needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'the indentation or a colon is wrong; quote a value that has a colon',
  BLOCK_IN_FLOW: 'a block inside of brackets',
  DUPLICATE_KEY: 'duplicate key',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key spans several lines; is a colon missing?',
  MULTIPLE_DOCS: 'there is more than one document in it',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  UNEXPECTED_TOKEN: 'unexpected text',
};

/** @throws DocumentError */
export async function readYaml(text: string, pace: Pace): Promise<Json> {
  const lines = new LineCounter();
  const document = await parse(text, lines, pace);
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const words = WORDS[error.code] ?? 'it cannot be read';
    throw new DocumentError({ path: '', message: `not valid YAML: ${words}`, ...at(error.pos[0]) });
  }
  const problems: Problem[] = [];
  const note = (message: string, node: Node) => {
    if (problems.length < MAX_LISTED) problems.push({ path: '', message, ...at(node.range?.[0] ?? 0) });
  };
  if (document.contents === null) throw new DocumentError('not valid YAML: the document is empty');
  const value = toJson(document.contents, note, 0);
  const [first, ...others] = problems;
  if (first !== undefined) throw new DocumentError(first, others);
  return value;
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  // Its own search for duplicate keys compares every key with every other.
  uniqueKeys: false,
  prettyErrors: false,
} as const;

/**
 * Collections that may be open at the same time. More would overflow the stack of the composer, which is recursive, and
 * Node.js itself crashes if a regular expression is compiled just before that happens.
 */
const MAX_OPEN = 2 * MAX_NESTING;

/** Lexemes that are parsed at a time. */
const BATCH = 200;

/** Like `parseDocument` of yaml, but lets others have their turn: a document of 64 KiB takes up to 200 ms. */
async function parse(text: string, lines: LineCounter, pace: Pace): Promise<Document.Parsed> {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let count = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_OPEN) throw new DocumentError(`nested deeper than ${String(MAX_NESTING)} levels`);
    count += 1;
    if (count % BATCH === 0) await pace();
  }
  for (const token of parser.end()) tokens.push(token);
  await pace();
  const [document, second] = compose(tokens, text.length);
  if (document === undefined) throw new DocumentError('not valid YAML: the document is empty');
  if (second !== undefined) throw new DocumentError(`not valid YAML: ${WORDS.MULTIPLE_DOCS ?? ''}`);
  return document;
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed[] {
  try {
    return [...new Composer(OPTIONS).compose(tokens, true, length)];
  } catch (error) {
    if (error instanceof RangeError) throw new DocumentError('nested too deeply');
    throw error;
  }
}

type Note = (message: string, node: Node) => void;

function toJson(node: ParsedNode | null, note: Note, depth: number): Json {
  if (node === null) return null;
  if (depth > MAX_NESTING) throw new DocumentError(`nested deeper than ${String(MAX_NESTING)} levels`);
  if (isAlias(node) || node.anchor !== undefined) note('anchors and aliases are not allowed', node);
  else if (node.tag !== undefined) note('tags are not allowed', node);
  if (isSeq(node)) return node.items.map((item) => toJson(item, note, depth + 1));
  if (!isMap(node)) return isScalar(node) ? scalar(node.value) : null;
  const object = new Map<string, Json>();
  for (const { key, value } of node.items) {
    const name = nameOf(key);
    if (name === undefined) note('a key must be a string', key);
    else if (object.has(name)) note(`duplicate key ${shortName(name)}`, key);
    if (key.anchor !== undefined) note('anchors and aliases are not allowed', key);
    object.set(name ?? '', toJson(value, note, depth + 1));
  }
  return object;
}

function scalar(value: unknown): Json {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** A key as it is written, so that `8080` and `on` stay the names that they are. */
function nameOf(key: ParsedNode): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

/** The members of a YAML document. */
export function yamlMembers(text: string): readonly Member[] {
  return membersOf(parseDocument(text, OPTIONS).contents);
}

function membersOf(node: ParsedNode | null): readonly Member[] {
  if (isMap(node)) return node.items.map(({ key, value }) => member(nameOf(key) ?? '', key.range[0], value));
  return isSeq(node) ? node.items.map((item, index) => member(String(index), item.range[0], item)) : [];
}

function member(name: string, offset: number, value: ParsedNode | null): Member {
  return { name, offset, members: () => membersOf(value) };
}
