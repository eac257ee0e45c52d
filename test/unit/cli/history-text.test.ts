/** The strip of `healthgate history`, without colour. */
import { describe, expect, test } from 'vitest';
import { pastText } from '../../../lib/cli/history-text.ts';
import type { Tally } from '../../../lib/history/span.ts';
import type { HistoryView } from '../../../lib/history/view.ts';

const QUARTER = 15 * 60_000;
/** The least that a strip has on a narrow terminal: a column is 7 hours of 7 days, 28 marks. */
const [COLUMNS, EACH] = [24, 28];

function stripOf(marks: readonly (Partial<Tally['ms']> | undefined)[]): string {
  const tallies = marks.map((ms) => ms && { ms: { ...NOTHING, ...ms }, times: [], troubles: [] });
  const view: HistoryView = {
    at: 0,
    quarters: { from: 0, lengthMs: QUARTER, count: marks.length, marks: new Map([['mail', tallies]]) },
    standings: new Map([['mail', { state: 'up', since: 0 }]]),
  };
  const text = pastText(view, { name: 'shop', part: '', paint: (_verdict, own) => own, columns: 0 });
  return /^mail +(\S+)/m.exec(text)?.[1] ?? '';
}

const NOTHING = { up: 0, degraded: 0, down: 0, maintenance: 0 };

/** All columns are up, but for some marks of the first. */
const week = (...first: Partial<Tally['ms']>[]) => [
  ...first,
  ...Array.from({ length: COLUMNS * EACH - first.length }, () => ({ up: QUARTER })),
];

describe('a column of several marks', () => {
  test.each([
    ['▂', 'up', week()],
    ['▀', 'down for 20 s of 7 hours', week({ up: QUARTER - 20_000, down: 20_000 })],
    ['▔', 'degraded for 20 s of 7 hours', week({ up: QUARTER - 20_000, degraded: 20_000 })],
    ['▂', 'in maintenance for 8 s of 7 hours', week({ up: QUARTER - 8000, maintenance: 8000 })],
    ['█', 'down all the time', week(...Array.from({ length: EACH }, () => ({ down: QUARTER })))],
    ['▅', 'degraded all the time', week(...Array.from({ length: EACH }, () => ({ degraded: QUARTER })))],
    ['░', 'in maintenance all the time', week(...Array.from({ length: EACH }, () => ({ maintenance: QUARTER })))],
  ])('is %s where it was %s', (expected, _what, marks) => {
    expect(stripOf(marks)).toBe(expected + '▂'.repeat(COLUMNS - 1));
  });

  test('has no data where none of its marks has', () => {
    expect(stripOf([...Array.from<undefined>({ length: EACH }), ...week().slice(EACH)])[0]).toBe('·');
  });
});
