import { describe, expect, it } from 'vitest';
import {
  AuthError,
  CheckError,
  ConfigurationError,
  ConnectionError,
  oneLine,
  seconds,
  TimeoutError,
  TLSError,
  UnhealthyError,
} from '../../lib/errors.ts';

describe('a public error', () => {
  it.each([
    ['TimeoutError', TimeoutError],
    ['ConnectionError', ConnectionError],
    ['TLSError', TLSError],
    ['AuthError', AuthError],
    ['ConfigurationError', ConfigurationError],
    ['UnhealthyError', UnhealthyError],
  ])('has its name %s as its code', (code, ErrorClass) => {
    const error = new ErrorClass('two\nlines');
    expect(error).toBeInstanceOf(CheckError);
    expect(error).toMatchObject({ code, name: code, message: 'two lines' });
  });
});

describe('oneLine', () => {
  it.each([
    ['a\r\nb', 'a b'],
    ['  a \t b  ', 'a b'],
    ['a\u0000\u0007\u001b[31mb', 'a [31mb'],
    ['a\u0085\u2028\u2029b', 'a b'],
    ['a\u202eb\u200bc\ufeffd', 'a b c d'],
    ['\n\n', ''],
    ['é 日本 🎉', 'é 日本 🎉'],
  ])('turns %j into %j', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it('cuts a text at 300 characters', () => {
    expect(oneLine('x'.repeat(300))).toBe('x'.repeat(300));
    expect(oneLine('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
  });

  it('does not cut a character in half', () => {
    expect(oneLine('x'.repeat(298) + '🎉'.repeat(3))).toBe(`${'x'.repeat(298)}…`);
  });
});

describe('seconds', () => {
  it.each([
    [0, '0'],
    [1, '0.001'],
    [500, '0.5'],
    [999.9, '1'],
    [1000, '1'],
    [1250, '1.25'],
    [12_345, '12.3'],
    [28_000, '28'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(seconds(milliseconds)).toBe(text);
  });
});
