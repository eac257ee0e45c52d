import { describe, expect, it } from 'vitest';
import { containing } from '../../../lib/checks/web/containing.ts';

describe('a text that is searched in bytes', () => {
  it.each([
    ['abc', 'xxabcxx'],
    ['abc', 'abc'],
    ['aab', 'aaaaab'],
    ['abababc', 'abababababc'],
    ['grüße', 'viele grüße'],
    ['abcabd', 'abcabcabd'],
  ])('is found: %s in %s', (text, bytes) => {
    expect(containing(text)(Buffer.from(bytes))).toBe(true);
  });

  it.each([
    ['abc', 'ab'],
    ['abc', 'abab abx'],
    ['aab', 'ababab'],
    ['b', ''],
    ['grüsse', 'viele grüße'],
  ])('is not found: %s in %s', (text, bytes) => {
    expect(containing(text)(Buffer.from(bytes))).toBe(false);
  });

  it('is found or not as Node finds it, whatever two letters make of it', () => {
    const letters = (seed: number, length: number) =>
      Array.from({ length }, (_, index) => ((seed >> index) & 1 ? 'a' : 'b')).join('');
    for (let seed = 0; seed < 4096; seed += 1) {
      const [text, bytes] = [letters(seed, 4), Buffer.from(letters(seed >> 4, 8) + letters(seed, 6))];
      expect([seed, containing(text)(bytes)]).toEqual([seed, bytes.includes(text)]);
    }
  });
});
