import { describe, expect, it } from 'vitest';
import { numberOf, stringOf, UsageError } from '../../../lib/cli/command.ts';
import { inputOf } from '../../support/terminal.ts';

describe('numberOf', () => {
  const port = (value: string | boolean | undefined) =>
    numberOf(inputOf([], { port: value }), 'port', { preset: 3000, min: 0, max: 65535, integer: true });

  it('returns the preset when no value is given', () => {
    expect(port(undefined)).toBe(3000);
    expect(port(true)).toBe(3000);
  });

  it.each([
    ['0', 0],
    ['65535', 65535],
    [' 80 ', 80],
    ['1e3', 1000],
  ])('accepts the number %j', (text, number) => {
    expect(port(text)).toBe(number);
  });

  it.each(['', ' ', 'x', '80x', '-1', '65536', '1.5', 'NaN', 'Infinity', '1,000'])('refuses the number %j', (text) => {
    expect(() => port(text)).toThrow(new UsageError('--port: expected a whole number from 0 to 65535'));
  });

  it('accepts a fraction unless the number must be whole', () => {
    const bounds = { preset: 1, min: 0.5, max: 2 };
    expect(numberOf(inputOf([], { timeout: '0.5' }), 'timeout', bounds)).toBe(0.5);
    expect(() => numberOf(inputOf([], { timeout: '0.4' }), 'timeout', bounds)).toThrow(
      '--timeout: expected a number from 0.5 to 2',
    );
  });
});

it('stringOf returns only strings', () => {
  const input = inputOf([], { text: 'x', flag: true, list: ['x'] });
  expect(['text', 'flag', 'list', 'nothing'].map((name) => stringOf(input, name))).toEqual([
    'x',
    undefined,
    undefined,
    undefined,
  ]);
});
