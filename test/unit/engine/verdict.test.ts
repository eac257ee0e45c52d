import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../lib/engine/types.ts';
import { compareVerdicts, verdictOf, worst } from '../../../lib/engine/verdict.ts';

describe('verdictOf', () => {
  const error = { code: 'UnhealthyError', message: 'bad' } as const;

  it('is working without an error', () => {
    expect(verdictOf(undefined, true)).toBe('working');
  });

  it('is failing for a critical check with an error, and degraded for any other', () => {
    expect(verdictOf(error, true)).toBe('failing');
    expect(verdictOf(error, false)).toBe('degraded');
  });

  it('is degraded for a critical check that works, only not as it should', () => {
    expect(verdictOf({ ...error, degraded: true }, true)).toBe('degraded');
    expect(verdictOf({ ...error, degraded: false }, true)).toBe('failing');
  });
});

describe('worst', () => {
  it.each<[Verdict, Verdict[]]>([
    ['working', []],
    ['working', ['working', 'working']],
    ['degraded', ['working', 'degraded']],
    ['failing', ['degraded', 'failing', 'working']],
  ])('returns %s for the verdicts %j', (expected, verdicts) => {
    expect(worst(verdicts)).toBe(expected);
  });
});

it('compareVerdicts puts the worst first', () => {
  const verdicts: Verdict[] = ['working', 'failing', 'degraded', 'failing'];
  expect(verdicts.sort(compareVerdicts)).toEqual(['failing', 'failing', 'degraded', 'working']);
});
