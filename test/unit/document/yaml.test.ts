import { describe, expect, it } from 'vitest';
import { inspectDocument } from '../../../lib/document/inspect.ts';
import { toPlain } from '../../../lib/document/json.ts';
import { createPace } from '../../../lib/pace.ts';
import { readDocument } from '../../../lib/document/source.ts';
import { DocumentError } from '../../../lib/problem.ts';
import { TOKEN } from '../../support/namespace.ts';

const SECRET = 'hunter2-but-longer';
const read = (text: string) => readDocument(text, 'yaml', createPace());

async function refusal(text: string): Promise<string> {
  try {
    await read(text);
  } catch (error) {
    if (error instanceof DocumentError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a YAML document', () => {
  it('has the numbers, booleans and nulls of YAML 1.2, and no others', async () => {
    const text = 'a: 1\nb: 0o14\nc: 0x1F\nd: 1e3\ne: true\nf: yes\ng: on\nh: ~\ni: "1"\nj: 2001-01-01\nk: 012\n';
    const values = { a: 1, b: 12, c: 31, d: 1000, e: true, f: 'yes', g: 'on', h: null, i: '1', j: '2001-01-01', k: 12 };
    expect(toPlain(await read(text))).toEqual(values);
  });

  it('keeps the order of its keys, as they are written', async () => {
    const document = await read('b: 1\n8080: 2\n"a": 3\n__proto__: 4\nconstructor: 5\non: 6\n2: 7\n');
    expect([...document.keys()]).toEqual(['b', '8080', 'a', '__proto__', 'constructor', 'on', '2']);
  });

  it('may have comments, a byte order mark, and blocks of text', async () => {
    expect(toPlain(await read('\uFEFF# shop\na: |\n  one\n  two\nb: [1, {c: 2}]\n'))).toEqual({
      a: 'one\ntwo\n',
      b: [1, { c: 2 }],
    });
  });

  it.each([
    ['nothing', '', 'not valid YAML: the document is empty'],
    ['only a comment', '# x\n', 'not valid YAML: the document is empty'],
    ['a text', SECRET, 'expected an object, got string'],
    ['a list', '- a', 'expected an object, got array'],
    ['duplicate keys', 'a: 1\nb:\n  c: 1\n  c: 2\n', 'duplicate key c (line 4, column 3)'],
    ['an anchor', `a: &x ${SECRET}`, 'anchors and aliases are not allowed (line 1, column 7)'],
    ['an alias', 'a: *x', 'anchors and aliases are not allowed (line 1, column 4)'],
    ['an anchor of a key', '&x a: 1', 'anchors and aliases are not allowed (line 1, column 4)'],
    ['a tag', `a: !!str ${SECRET}`, 'tags are not allowed (line 1, column 10)'],
    ['a tag of its own', 'a: !env REDIS_URL', 'tags are not allowed (line 1, column 9)'],
    ['a key that is a list', '? [a]\n: 1', 'a key must be a string (line 1, column 3)'],
    ['two documents', 'a: 1\n---\nb: 1', 'not valid YAML: there is more than one document in it'],
    ['a tab', 'a:\n\tb: 1', 'not valid YAML: a tab is used for indentation; use spaces (line 2, column 1)'],
    [
      'a colon in a value',
      `a: b: ${SECRET}`,
      'not valid YAML: the indentation or a colon is wrong; quote a value that has a colon (line 1, column 4)',
    ],
    [
      'a quote that does not end',
      `a: "${SECRET}`,
      'not valid YAML: a quote, bracket, comma or colon is missing (line 1, column 23)',
    ],
    ['more than 64 KiB', `a: ${'x'.repeat(65_536)}`, 'larger than 65536 bytes'],
  ])('is refused without quoting a value when it has %s', async (_name, text, message) => {
    expect(await refusal(text)).toBe(message);
  });

  it.each([
    ['lists in lists', '- '],
    ['brackets', '['],
    ['braces', '{a: '],
    ['quotes', '"'],
    ['anchors', '&a '],
    ['questions', '? '],
    ['marks of documents', '---\n'],
    ['null bytes', '\0'],
  ])('is refused when it is nothing but %s', async (_name, piece) => {
    expect(await refusal(piece.repeat(Math.floor(30_000 / piece.length)))).toBeTypeOf('string');
  });

  it('has the places of its mistakes', async () => {
    const text = `access_tokens: ["${TOKEN}"]\nchecks:\n  db:\n    kind: tcp\n    hots: h\n  empty: {}\n`;
    const { problems } = await inspectDocument('shop', text, { format: 'yaml' });
    expect(problems.map(({ path, line, column }) => [path, line, column])).toEqual([
      ['checks.empty', 6, 3],
      ['checks.db.hots', 5, 5],
      ['checks.db.host', 3, 3],
      ['checks.db.port', 3, 3],
    ]);
  });
});

describe('a JSONC document', () => {
  it('may have comments and trailing commas', async () => {
    const text = '// shop\n{ "a": [1, 2,], /* b */ "b": {"c": 1,}, }';
    expect(toPlain(await readDocument(text, 'jsonc', createPace()))).toEqual({ a: [1, 2], b: { c: 1 } });
  });

  it('has the places of its mistakes', async () => {
    const text = `// shop\n{ "access_token": "${TOKEN}",\n  /* x */ "checks": { "a": {}, "b": 1, }, }`;
    const { problems } = await inspectDocument('shop', text, { format: 'jsonc' });
    expect(problems.map(({ path, line, column }) => [path, line, column])).toEqual([
      ['checks.a', 3, 23],
      ['checks.b', 3, 32],
    ]);
  });
});
