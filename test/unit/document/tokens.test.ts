import { describe, expect, it } from 'vitest';
import { createToken, digest, isTokenLike, matches, NAMESPACE, namespaceOf } from '../../../lib/document/tokens.ts';

describe('createToken', () => {
  it.each(['prod', 'a', 'under_score', 'dot.and-dash', 'hg_hg_prod', 'x'.repeat(64)])(
    'makes a token that carries the namespace %s',
    (name) => {
      const token = createToken(name);
      expect(token).toMatch(/^hg_.+_[A-Za-z0-9_-]{43}$/);
      expect(namespaceOf(token)).toBe(name);
      expect(encodeURIComponent(token)).toBe(token);
      expect(isTokenLike(token)).toBe(true);
    },
  );

  it('makes tokens whose namespace can be read, whatever their random characters are', () => {
    for (const random of ['_'.repeat(43), '-'.repeat(43), `a_${'b'.repeat(40)}_`]) {
      expect(namespaceOf(`hg_prod_${random}`)).toBe('prod');
    }
  });

  it('makes a different token each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => createToken('prod'))).size).toBe(100);
  });
});

describe('namespaceOf', () => {
  const random = 'r'.repeat(43);
  it.each([
    ['an opaque token', 'an-opaque-token-of-the-tests'],
    ['an empty text', ''],
    ['a token with another prefix', `HG_prod_${random}`],
    ['a token with too few characters', `hg_prod_${random.slice(1)}`],
    ['a token without a namespace', `hg__${random}`],
    ['a token with a path', `hg_../etc/passwd_${random}`],
    ['a token with a leading dot', `hg_.hidden_${random}`],
    ['a token with a slash', `hg_a/b_${random}`],
    ['a token with a null byte', `hg_a\u0000_${random}`],
    ['a token with a line feed after it', `hg_prod_${random}\n`],
    ['a token with a line feed in the name', `hg_prod\nx_${random}`],
    ['a token with a name that is too long', `hg_${'x'.repeat(65)}_${random}`],
    ['a token with a space before it', ` hg_prod_${random}`],
  ])('finds no namespace in %s', (_name, token) => {
    expect(namespaceOf(token)).toBeUndefined();
  });
});

describe('NAMESPACE', () => {
  it.each(['prod', '1', 'A.b_c-d', '__proto__'.slice(2)])('matches the name %s', (name) => {
    expect(NAMESPACE.test(name)).toBe(true);
  });
  it.each(['', '.', '..', '.prod', '-x', '__proto__', 'a/b', 'a\\b', 'a b', 'é', 'a\n', 'a%2fb', 'x'.repeat(65)])(
    'does not match the name %j',
    (name) => {
      expect(NAMESPACE.test(name)).toBe(false);
    },
  );
});

describe('isTokenLike', () => {
  it.each([
    ['', false],
    ['x', true],
    ['x'.repeat(4096), true],
    ['x'.repeat(4097), false],
    ['x'.repeat(1024 * 1024), false],
  ])('accepts 1 to 4096 characters (%#)', (text, expected) => {
    expect(isTokenLike(text)).toBe(expected);
  });
});

describe('matches', () => {
  const digests = ['one', 'two', 'three'].map(digest);
  it.each(['one', 'two', 'three'])('finds the token %s among the digests', (token) => {
    expect(matches(token, digests)).toBe(true);
  });
  it.each(['', 'four', 'One', digest('one')])('does not find the token %j', (token) => {
    expect(matches(token, digests)).toBe(false);
  });
  it('finds no token when there are no digests', () => {
    expect(matches('one', [])).toBe(false);
  });
});

it('digest is SHA-256 in hexadecimal', () => {
  expect(digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
