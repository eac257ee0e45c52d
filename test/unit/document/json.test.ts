import { describe, expect, it } from 'vitest';
import { MAX_DOCUMENT_BYTES, toPlain, typeName } from '../../../lib/document/json.ts';
import { parseDocument } from '../../../lib/document/source.ts';
import { DocumentError } from '../../../lib/problem.ts';
import type { Problem } from '../../../lib/problem.ts';

const SECRET = 'hunter2-but-longer';

function refusal(text: string): string {
  try {
    parseDocument(text);
  } catch (error) {
    expect(error).toBeInstanceOf(DocumentError);
    return (error as DocumentError).message;
  }
  throw new Error('it was not refused');
}

function problemsIn(text: string): readonly Problem[] {
  try {
    parseDocument(text);
    return [];
  } catch (error) {
    if (error instanceof DocumentError) return error.problems;
    throw error;
  }
}

describe('parseDocument', () => {
  it('keeps the order of keys, even of those that look like numbers', () => {
    expect([...parseDocument('{"b":1,"10":2,"a":3,"2":4,"-1":5}').keys()]).toEqual(['b', '10', 'a', '2', '-1']);
  });

  it('treats names that objects inherit like any other names', () => {
    const document = parseDocument('{"__proto__":{"polluted":true},"constructor":1}');
    expect([...document.keys()]).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(toPlain(document) as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['null, true and false', '{"a":[null,true,false]}'],
    ['numbers', '{"a":[0,-0.5,1e3,1.5E-2]}'],
    ['big numbers', '{"a":[12345678901234567890,9007199254740993,1e999,-1e999]}'],
    ['escapes', String.raw`{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83c\udf89"}`],
    ['half of a surrogate pair', String.raw`{"a":"\ud83c"}`],
    ['an empty key', '{"":1}'],
    ['empty objects and arrays', '{"a":{},"b":[]}'],
    ['white space', ' \r\n\t{ "a" : 1 }\n'],
  ])('reads %s as JSON.parse does', (_name, text) => {
    expect(toPlain(parseDocument(text))).toEqual(JSON.parse(text));
  });

  it('accepts a byte order mark at the beginning', () => {
    expect(toPlain(parseDocument('\uFEFF{"a":1}'))).toEqual({ a: 1 });
  });

  it('accepts a document of the largest allowed size', () => {
    const text = `{"a":"${'x'.repeat(MAX_DOCUMENT_BYTES - 8)}"}`;
    expect(parseDocument(text).size).toBe(1);
  });
});

describe('parseDocument with an invalid document', () => {
  it.each([
    ['an empty text', ''],
    ['white space', ' \n'],
    ['half of a document', `{"url":"${SECRET}"`],
    ['a string that does not end', `{"url":"${SECRET}`],
    ['a line comment', `{"a":1} // ${SECRET}`],
    ['a block comment', `{/* ${SECRET} */"a":1}`],
    ['a trailing comma', `{"url":"${SECRET}",}`],
    ['a trailing comma in an array', `{"a":["${SECRET}",]}`],
    ['single quotes', `{'url':'${SECRET}'}`],
    ['names without quotes', `{url:"${SECRET}"}`],
    ['text after the document', `{"a":1} ${SECRET}`],
    ['a second document', `{"a":1}{"b":"${SECRET}"}`],
    ['NaN', '{"a":NaN}'],
    ['a leading zero', '{"a":01}'],
    ['half a number', '{"a":1.}'],
    ['a hexadecimal number', '{"a":0x10}'],
    ['a line feed in a string', `{"a":"${SECRET}\n"}`],
    ['an escape that does not exist', String.raw`{"a":"\x41${SECRET}"}`],
    ['a byte order mark inside', `{\uFEFF"a":"${SECRET}"}`],
    ['a null byte', `{"a":\u0000"${SECRET}"}`],
    ['a secret instead of a document', SECRET],
  ])('says where the mistake is, without showing the text: %s', (_name, text) => {
    const message = refusal(text);
    expect(message).toMatch(/^not valid JSON: .+ \(line \d+, column \d+\)$/);
    expect(message).not.toContain(SECRET);
  });

  it.each([
    ['an array', '[]', 'array'],
    ['a string', `"${SECRET}"`, 'string'],
    ['a number', '1', 'number'],
    ['null', 'null', 'null'],
  ])('refuses %s in place of an object', (_name, text, type) => {
    expect(refusal(text)).toBe(`expected an object, got ${type}`);
  });

  it.each([
    ['{"a":1,\n "b":2,\n  !}', 3, 3],
    ['{"a":1,\r\n!}', 2, 1],
    ['\uFEFF{\n!}', 2, 1],
    ['!', 1, 1],
  ])('reports the right place of the mistake in %j', (text, line, column) => {
    expect(problemsIn(text)).toMatchObject([{ line, column }]);
  });

  it.each([
    ['an empty text', '', 'the document is empty'],
    ['a trailing comma in an object', '{"a":1,}', 'a trailing comma before }; remove it'],
    ['a trailing comma in an array', '{"a":[1,]}', 'a trailing comma before ]; remove it'],
    ['a line comment', '{"a":1} // x', 'comments are not allowed; name the file .jsonc'],
    ['a block comment', '{/* x */"a":1}', 'comments are not allowed; name the file .jsonc'],
    ['YAML', 'checks:\n  a: 1\n', 'it looks like YAML; name the file .yaml, or convert it to JSON'],
    ['YAML after comments', '# shop\n\nchecks:\n', 'it looks like YAML; name the file .yaml, or convert it to JSON'],
    ['the mark of a YAML document', '---\na: 1', 'it looks like YAML; name the file .yaml, or convert it to JSON'],
    ['single quotes', "{'a':1}", 'strings need double quotes'],
    ['a name without quotes', '{a:1}', 'unexpected text; strings and keys need double quotes'],
    ['a missing comma', '{"a":1 "b":2}', 'a comma or } is missing'],
    ['a missing comma in an array', '["a" "b"]', 'a comma or ] is missing'],
    ['a missing colon', '{"a" 1}', 'a colon is missing after the key'],
    ['a missing value', '{"a":}', 'a value is missing'],
    ['a missing key', '{1:2}', 'a key in double quotes is missing'],
    ['half of a document', '{"a":{', 'it ends before all brackets are closed'],
    ['half of a string', '{"a":"b', 'a string does not end on its line'],
    ['more text', '{} {}', 'there is more text after the end of the document'],
    ['a NUL character', '{\0}', 'there is a NUL character; save the file as UTF-8'],
  ])('says in words what is wrong: %s', (_name, text, words) => {
    expect(problemsIn(text)[0]?.message).toBe(`not valid JSON: ${words}`);
  });

  it('lists all duplicate keys by name, and each with its place', () => {
    const text = String.raw`{"a":1,"x":{"b":1,"b":2},"\u0061":2,"__proto__":1,"__proto__":2}`;
    expect(problemsIn(text)).toEqual([
      { path: '', message: 'duplicate key b', line: 1, column: 19 },
      { path: '', message: 'duplicate key a', line: 1, column: 26 },
      { path: '', message: 'duplicate key __proto__', line: 1, column: 51 },
    ]);
  });

  it('lists trailing commas and comments together, and each only once', () => {
    const problems = problemsIn('{"a":[1,],// one\n"b":[1,],// two\n}');
    expect(problems.map(({ message, line }) => [message, line])).toEqual([
      ['not valid JSON: a trailing comma before ]; remove it', 1],
      ['not valid JSON: comments are not allowed; name the file .jsonc', 1],
      ['not valid JSON: a trailing comma before }; remove it', 2],
    ]);
  });

  it.each([
    ['opening brackets', '['],
    ['objects in objects', '{"a":'],
    ['commas', ','],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['slashes', '/'],
    ['halves of surrogate pairs', '\ud83c'],
    ['byte order marks', '\uFEFF'],
    ['null bytes', '\0'],
  ])('refuses half a mebibyte of %s', (_name, piece) => {
    const text = piece.repeat(Math.floor(MAX_DOCUMENT_BYTES / 2 / Buffer.byteLength(piece)));
    for (const refused of [text, `{"a":${text}`]) expect([1, 2]).toContain(problemsIn(refused).length);
  });

  it('accepts the same key in different objects', () => {
    expect(parseDocument('{"a":{"a":1},"b":{"a":1}}').size).toBe(2);
  });

  it.each([
    ['a byte too many', `{"a":"${'x'.repeat(MAX_DOCUMENT_BYTES - 7)}"}`],
    ['more bytes than characters', `{"a":"${'é'.repeat(MAX_DOCUMENT_BYTES / 2)}"}`],
    ['5 MB', `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`],
  ])('refuses a document that is too large: %s', (_name, text) => {
    expect(refusal(text)).toBe('larger than 1048576 bytes');
  });

  it.each([300, 1000, 2500, 5000, 10_000, 100_000])('refuses a document with %d levels of nesting', (levels) => {
    for (const text of [
      `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`,
      `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
      '['.repeat(levels),
    ]) {
      expect(refusal(text)).toMatch(/^nested |^not valid JSON: /);
    }
  });
});

it('typeName returns the name that people use', () => {
  const values = [null, new Map(), [], 'x', 1, true];
  expect(values.map(typeName)).toEqual(['null', 'object', 'array', 'string', 'number', 'boolean']);
});
