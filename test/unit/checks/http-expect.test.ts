import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { expectKeys, isExpectedStatus, judge } from '../../../lib/checks/web/expect.ts';
import { mismatch } from '../../../lib/checks/web/mismatch.ts';
import type { HttpResponse } from '../../../lib/clients/http/request.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

const answer = (part: Partial<HttpResponse> & { text?: string }): HttpResponse => ({
  target: 'http api.example:443',
  status: 200,
  headers: {},
  body: Buffer.from(part.text ?? ''),
  whole: true,
  certificateExpiresAt: undefined,
  address: '192.0.2.1',
  ...part,
});

describe('the expected status', () => {
  it.each([
    ['2xx', 200, true],
    ['2xx', 299, true],
    ['2xx', 304, false],
    [204, 204, true],
    [204, 200, false],
    [['4xx', 200], 404, true],
    [['4xx', 200], 200, true],
    [['4xx', 200], 201, false],
  ] as const)('%j matches the status %i: %s', (status, actual, is) => {
    expect(isExpectedStatus({ status }, actual)).toBe(is);
  });

  it.each([['2xy'], ['200'], [99], [600], [200.5], [[]], [null]])('is never %j', (status) => {
    expect(v.is(expectKeys.status, status)).toBe(false);
  });
});

describe('mismatch of large arrays', () => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index);
  const objects = (key: string) => numbers.slice(0, 20_000).map((index) => ({ [key]: index }));

  it('finds plain values among many', () => {
    expect(mismatch([...numbers].reverse(), numbers)).toBeUndefined();
    expect(mismatch([...numbers, -1], numbers)).toEqual(['100000']);
  });

  it('gives up when each of many objects would be compared with each of many others', () => {
    expect(mismatch(objects('a').reverse(), objects('a'))).toBe('too much');
  });

  it('gives up when each of many arrays would be searched for each of many items', () => {
    const lists = numbers.slice(0, 1000).map(() => numbers.slice(0, 1000));
    expect(mismatch([[-1]], lists)).toBe('too much');
  });

  it('gives up on objects that are nested more deeply than the stack allows', () => {
    const nested = numbers.reduce<unknown>((inner) => ({ a: inner }), 1);
    expect(mismatch(nested, nested)).toBe('too much');
  });
});

describe('mismatch', () => {
  it.each([
    [{}, { a: 1 }, undefined],
    [{ a: 1 }, { a: 1, b: 2 }, undefined],
    [{ a: 1 }, { a: '1' }, ['a']],
    [{ a: { b: null } }, { a: { b: null } }, undefined],
    [{ a: { b: null } }, { a: {} }, ['a', 'b']],
    [{ a: { b: 1 } }, { a: 1 }, ['a']],
    [{ a: {} }, { a: [] }, ['a']],
    [{ a: [] }, { a: [1] }, undefined],
    [{ a: [] }, { a: {} }, ['a']],
    [{ a: [2, 1] }, { a: [1, 2, 3] }, undefined],
    [{ a: [1, 4] }, { a: [1, 2] }, ['a', '1']],
    [
      { a: [{ n: 1, up: true }] },
      {
        a: [
          { n: 1, up: false },
          { n: 1, up: true, x: 0 },
        ],
      },
      undefined,
    ],
    [{ toString: 1 }, {}, ['toString']],
    [{ a: 1 }, null, []],
    [{ a: 1 }, [], []],
  ])('returns the path at which %j is not contained in %j', (expected, actual, path) => {
    expect(mismatch(expected, actual)).toEqual(path);
  });
});

describe('judge', () => {
  const judged = (given: HttpResponse, expected: object) => () => {
    judge(given, { status: '2xx', ...expected }, NOW);
  };

  it('accepts an answer that is as expected', () => {
    expect(judged(answer({ text: '{"up":true}' }), { body: 'up', json: { up: true } })).not.toThrow();
  });

  it('says that the expected text is missing, without showing it or the body', () => {
    expect(judged(answer({ text: 'answered-secret' }), { body: 'expected-secret' })).toThrow(
      /^http api\.example:443 answered 200, but the body does not contain the expected text$/,
    );
  });

  it.each([
    ['{"a":{"b":false}}', { a: { b: true } }, 'a.b of its JSON is false, expected true'],
    ['{"a":"down"}', { a: 'up' }, 'a of its JSON is "down", expected "up"'],
    ['{"a":null}', { a: 3 }, 'a of its JSON is null, expected 3'],
    ['{}', { a: 3 }, 'a of its JSON is missing, expected 3'],
    ['{}', { a: { b: 3 } }, 'a of its JSON is missing'],
    ['{"a":[1,2]}', { a: [3] }, 'a.0 of its JSON is not as expected: no item is 3'],
    ['{"a":[{"b":1}]}', { a: [{ b: 2 }] }, 'a.0 of its JSON is not as expected: no item is like it'],
    ['{"a":{"b":1}}', { a: 1 }, 'a of its JSON is not as expected'],
    [`{"a":"two\\nlines ${'x'.repeat(99)}"}`, { a: 'y' }, /a of its JSON is "two\\nlines x{40,}…, expected "y"$/],
  ])('tells how %s differs from %j', (text, json, words) => {
    const ending = typeof words === 'string' ? `http api.example:443 answered 200, but ${words}` : words;
    expect(judged(answer({ text }), { json })).toThrow(ending);
  });

  it('treats 401 and 403 as wrong credentials unless they are expected', () => {
    expect(judged(answer({ status: 401 }), {})).toThrow(expect.objectContaining({ code: 'AuthError' }));
    expect(judged(answer({ status: 403 }), {})).toThrow(expect.objectContaining({ code: 'AuthError' }));
    expect(judged(answer({ status: 403 }), { status: 403 })).not.toThrow();
  });

  it('compares the remaining days of the certificate with tls_days', () => {
    const given = answer({ certificateExpiresAt: NOW + 9.5 * DAY_MS });
    expect(judged(given, { tls_days: 9 })).not.toThrow();
    expect(judged(given, { tls_days: 10 })).toThrow('expires in 9 days, expected at least 10; renew it');
    expect(judged(answer({ certificateExpiresAt: NaN }), { tls_days: 0 })).toThrow(
      expect.objectContaining({ code: 'TLSError' }),
    );
  });
});
