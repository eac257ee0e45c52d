import { describe, expect, it } from 'vitest';
import { MAX_DOCUMENT_BYTES, parseDocument, toPlain, typeName } from '../../../lib/document/json.ts';
import { DocumentError } from '../../../lib/problem.ts';

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
    expect(message).toMatch(/^not valid JSON: [A-Za-z]+ at line \d+, column \d+$/);
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
    ['{"a":1,\n "b":2,\n  !}', 'InvalidSymbol at line 3, column 3'],
    ['{"a":1,\r\n!}', 'InvalidSymbol at line 2, column 1'],
    ['\uFEFF{\n!}', 'InvalidSymbol at line 2, column 1'],
    ['!', 'InvalidSymbol at line 1, column 1'],
  ])('reports the right place of the mistake in %j', (text, place) => {
    expect(refusal(text)).toBe(`not valid JSON: ${place}`);
  });

  it.each([
    ['{"a":1,"a":2}', 'line 1, column 8'],
    ['{"x":{"a":1,\n  "a":2}}', 'line 2, column 3'],
    [String.raw`{"a":1,"\u0061":2}`, 'line 1, column 8'],
    ['{"__proto__":1,"__proto__":2}', 'line 1, column 16'],
  ])('refuses a duplicate key in %s', (text, place) => {
    expect(refusal(text)).toBe(`duplicate key at ${place}`);
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
