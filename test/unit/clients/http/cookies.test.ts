import { describe, expect, it } from 'vitest';
import { Cookies } from '../../../../lib/clients/http/cookies.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

/** The header that a request of `to` has after an answer of `from` has set these cookies. */
function sent(from: string, set: string[], to: string, own?: string): string | undefined {
  const cookies = new Cookies();
  cookies.keep(new URL(from), { 'set-cookie': set }, NOW);
  return cookies.header(new URL(to), own);
}

describe('cookies', () => {
  it.each([
    [['a=1', 'b="x y"; HttpOnly'], 'https://shop.example/', 'a=1; b="x y"'],
    [['a='], 'https://shop.example/', 'a='],
    [['a=b=c'], 'https://shop.example/', 'a=b=c'],
    [['a=1', 'a=2'], 'https://shop.example/', 'a=2'],
    [['a=1; Path=/app'], 'https://shop.example/', undefined],
    [['a=1; Path=/app'], 'https://shop.example/app', 'a=1'],
    [['a=1; Path=/app'], 'https://shop.example/app/x', 'a=1'],
    [['a=1; Path=/app'], 'https://shop.example/apple', undefined],
    [['a=1; Path=/', 'a=2; Path=/app'], 'https://shop.example/app', 'a=2; a=1'],
    [['a=1; Secure'], 'https://shop.example/', 'a=1'],
    [['a=1; secure'], 'http://shop.example/', undefined],
    [['a=1'], 'https://shop.example:8443/', 'a=1'],
    [['a=1'], 'https://other.example/', undefined],
    [['a=1'], 'https://www.shop.example/', undefined],
    [['a=1; Domain=.shop.example'], 'https://shop.example/', 'a=1'],
    [['a=1; Domain=other.example'], 'https://shop.example/', undefined],
    [['a=1; Max-Age=0'], 'https://shop.example/', undefined],
    [['a=1', 'a=1; Max-Age=-1'], 'https://shop.example/', undefined],
    [['a=1; Expires=Wed, 31 Dec 2025 00:00:00 GMT'], 'https://shop.example/', undefined],
    [['a=1; Expires=Fri, 02 Jan 2026 00:00:00 GMT'], 'https://shop.example/', 'a=1'],
    [['a=1; Expires=Wed, 31 Dec 2025 00:00:00 GMT; Max-Age=9'], 'https://shop.example/', 'a=1'],
    [['', ';', '=1', 'a', 'a=\u0001'], 'https://shop.example/', undefined],
  ])('set by %j are sent to %s as %s', (set, to, header) => {
    expect(sent('https://shop.example/', set, to)).toBe(header);
  });

  it('that are very long are not kept', () => {
    expect(sent('https://shop.example/', [`a=${'x'.repeat(5000)}`], 'https://shop.example/')).toBeUndefined();
  });

  it('belong to the folder of the URL that set them', () => {
    expect(sent('https://shop.example/app/login', ['a=1'], 'https://shop.example/app/home')).toBe('a=1');
    expect(sent('https://shop.example/app/login', ['a=1'], 'https://shop.example/')).toBeUndefined();
  });

  it('follow those that the check sends anyway', () => {
    expect(sent('https://shop.example/', ['a=1'], 'https://shop.example/', 'b=2')).toBe('b=2; a=1');
    expect(sent('https://shop.example/', [], 'https://shop.example/', 'b=2')).toBe('b=2');
  });

  it('set over plain HTTP cannot claim to be secure', () => {
    expect(sent('http://shop.example/', ['a=1; Secure'], 'https://shop.example/')).toBeUndefined();
  });

  it('are at most 50', () => {
    const many = Array.from({ length: 99 }, (_, index) => `c${index}=1`);
    expect(sent('https://shop.example/', many, 'https://shop.example/')?.split('; ')).toHaveLength(50);
  });
});
