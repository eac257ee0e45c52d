import { describe, expect, test } from 'vitest';
import { addToken, findTokens, removeTokens } from '../../../lib/document/access-tokens.ts';
import { digest } from '../../../lib/document/tokens.ts';

const A = 'token-a-0123456789';
const B = 'token-b-0123456789';
const SUMMARY = 'token-summary-0123456789';
const NEW = 'token-new-0123456789';

const noSecrets = { readSecret: () => Promise.resolve(undefined) };

describe('addToken', () => {
  test.each([
    [
      'a list on one line',
      `{"access_tokens":["${A}"],"checks":{}}`,
      `{"access_tokens":["${NEW}", "${A}"],"checks":{}}`,
    ],
    [
      'a list with one token per line',
      `{\n\t"access_tokens": [\n\t\t"${A}",\n\t\t"${B}"\n\t],\n\t"checks": { "x":  1 }\n}\n`,
      `{\n\t"access_tokens": [\n\t\t"${NEW}",\n\t\t"${A}",\n\t\t"${B}"\n\t],\n\t"checks": { "x":  1 }\n}\n`,
    ],
    ['an empty array', '{"checks":{},"access_tokens":[]}', `{"checks":{},"access_tokens":["${NEW}"]}`],
    [
      'a document with a single token',
      `{\r\n  "access_token": "${A}",\r\n  "checks": {}\r\n}\r\n`,
      `{\r\n  "access_tokens": ["${NEW}"],\r\n  "access_token": "${A}",\r\n  "checks": {}\r\n}\r\n`,
    ],
    ['a document without tokens', '{ "checks": {} }', `{ "access_tokens": ["${NEW}"], "checks": {} }`],
    ['an empty document', '{}', `{"access_tokens": ["${NEW}"]}`],
    [
      'a list with a reference',
      '{"access_tokens":[{"secret":"s","key":"k"}]}',
      `{"access_tokens":["${NEW}", {"secret":"s","key":"k"}]}`,
    ],
    [
      'a document with the same key deeper down',
      `{"checks":{"access_tokens":[]},"access_tokens":["${A}"]}`,
      `{"checks":{"access_tokens":[]},"access_tokens":["${NEW}", "${A}"]}`,
    ],
  ])('adds a token to %s', (_name, text, expected) => {
    expect(addToken(text, 'json', NEW)).toBe(expected);
    expect(JSON.parse(addToken(text, 'json', NEW))).toBeDefined();
  });

  test.each([
    ['{"access_tokens":"x"}', 'access_tokens: expected an array'],
    ['[]', 'expected an object'],
    ['{', 'not valid JSON'],
    ['', 'not valid JSON'],
  ])('refuses to add a token to %j', (text, message) => {
    expect(() => addToken(text, 'json', NEW)).toThrow(message);
  });
});

describe('a document with comments', () => {
  const text = `{\n  // who may ask\n  "access_tokens": [\n    // old\n    "${A}", // a\n  ],\n}\n`;

  test('keeps them when a token is added', () => {
    expect(addToken(text, 'jsonc', NEW)).toBe(text.replace(`"${A}"`, `"${NEW}",\n    "${A}"`));
  });

  test('keeps them when its only token is removed, and stays valid', () => {
    const left = removeTokens(text, 'jsonc', [{ path: ['access_tokens', 0] }]);
    expect(left).toBe(text.replace(`"${A}",`, ''));
    expect(addToken(left, 'jsonc', NEW)).toContain(NEW);
  });
});

describe('removeTokens', () => {
  test.each([
    [[0], '[ "b",\n "c"]'],
    [[1], '["a",\n "c"]'],
    [[2], '["a", "b"]'],
    [[0, 1], '["c"]'],
    [[1, 2], '["a"]'],
    [[0, 2], '["b"]'],
    [[0, 1, 2], '[]'],
  ])('removes the items %j and nothing else', (indices, expected) => {
    const places = indices.map((index) => ({ path: ['access_tokens', index] }));
    const left = removeTokens('{"access_tokens":["a", "b",\n "c"],"x":1}', 'json', places);
    expect(JSON.parse(left)).toEqual({ access_tokens: JSON.parse(expected) as unknown, x: 1 });
    expect(left.startsWith('{"access_tokens":[')).toBe(true);
    expect(left.endsWith('],"x":1}')).toBe(true);
  });

  test.each([
    ['{"access_token":"a","x":1}', '{"x":1}'],
    ['{"x":1, "access_token":"a"}', '{"x":1}'],
    ['{\n  "x": 1,\n  "access_token": "a",\n  "y": 2\n}', '{\n  "x": 1,\n  "y": 2\n}'],
  ])('removes the single token of %j', (text, expected) => {
    expect(removeTokens(text, 'json', [{ path: ['access_token'] }])).toBe(expected);
  });
});

describe('findTokens', () => {
  test('finds the tokens of all keys, and those that they refer to', async () => {
    const text = JSON.stringify({
      access_token: A,
      access_tokens: [B, { secret: 'tokens', key: 'c' }, { secret: 'missing' }, 'short', 7],
      summary_tokens: [SUMMARY],
      checks: { x: { kind: 'tcp', host: { secret: 'not asked for' } } },
    });
    const asked: string[] = [];
    const places = await findTokens(text, 'json', {
      readSecret: (name) => {
        asked.push(name);
        return Promise.resolve(name === 'tokens' ? JSON.stringify({ c: NEW }) : undefined);
      },
    });
    expect(places).toEqual([
      { path: ['access_tokens', 0], digest: digest(B) },
      { path: ['access_tokens', 1], digest: digest(NEW) },
      { path: ['access_tokens', 2], digest: undefined },
      { path: ['access_tokens', 3], digest: undefined },
      { path: ['access_tokens', 4], digest: undefined },
      { path: ['summary_tokens', 0], digest: digest(SUMMARY) },
      { path: ['access_token'], digest: digest(A) },
    ]);
    expect(asked.sort()).toEqual(['missing', 'tokens']);
  });

  test('finds no tokens in a document without tokens', async () => {
    expect(await findTokens('{"checks":{}}', 'json', noSecrets)).toEqual([]);
  });

  test('refuses access_tokens that are not a list', async () => {
    await expect(findTokens('{"access_tokens":{}}', 'json', noSecrets)).rejects.toThrow(
      'access_tokens: expected an array',
    );
  });
});
