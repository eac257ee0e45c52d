import { describe, expect, it } from 'vitest';
import { figuresIn } from '../../../lib/engine/figures.ts';
import type { FigureValue } from '../../../lib/engine/figures.ts';

const declared = {
  depth: { label: 'messages waiting', unit: 'messages', sort: 'number' },
  version: { label: 'server version', unit: '', sort: 'text' },
  names: { label: 'names', unit: '', sort: 'list' },
  load: { label: 'load', unit: 'percent', sort: 'series' },
} as const;

/** The values that a report holds of these, by name. */
function kept(values: Readonly<Record<string, FigureValue>>): Record<string, FigureValue> {
  const figures = figuresIn(values, declared);
  return Object.fromEntries(figures.map(({ name, value }) => [name, value]));
}

describe('the figures of a report', () => {
  it('have the label and the unit of their declaration, in its order', () => {
    expect(figuresIn({ version: '7.4', depth: 0 }, declared)).toEqual([
      { name: 'depth', label: 'messages waiting', unit: 'messages', value: 0 },
      { name: 'version', label: 'server version', unit: '', value: '7.4' },
    ]);
  });

  it('are only those that were declared', () => {
    expect(kept({ depth: 1, password: 'hunter2', constructor: 'x' })).toEqual({ depth: 1 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('leave out the number %d', (depth) => {
    expect(kept({ depth })).toEqual({});
  });

  it.each([0, -1, 1.5, Number.MAX_SAFE_INTEGER])('keep the number %d as it is', (depth) => {
    expect(kept({ depth })).toEqual({ depth });
  });

  it('have texts of one line without control characters', () => {
    expect(kept({ version: ' 7.4\r\n\u0000\u001b[31mred\u202e\u2028end ' })).toEqual({ version: '7.4 [31mred end' });
  });

  it('have texts of at most 200 characters', () => {
    const { version } = kept({ version: 'x'.repeat(100_000) });
    expect(version).toHaveLength(200);
  });

  it('cut no character in two', () => {
    for (const start of ['', 'x', ' '.repeat(399)]) {
      const { version } = kept({ version: `${start}${'😀'.repeat(1000)}` });
      expect((version as string).isWellFormed()).toBe(true);
    }
  });

  it('have lists of at most 20 items, each of them like a text', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `${index}\n${'x'.repeat(1000)}`);
    const { names: list } = kept({ names });
    expect(list).toHaveLength(20);
    for (const item of list as string[]) expect(item).toMatch(/^\d+ x+…$/);
    for (const item of list as string[]) expect(item.length).toBeLessThanOrEqual(200);
  });

  it('keep an empty list', () => {
    expect(kept({ names: [] })).toEqual({ names: [] });
  });

  it('have series of at most 1000 points, the latest, without points that have no number', () => {
    const load = Array.from({ length: 3000 }, (_, at) => ({ at, value: at % 2 === 0 ? at : Number.NaN }));
    const { load: series } = kept({ load });
    expect(series).toHaveLength(1000);
    expect((series as typeof load)[0]).toEqual({ at: 1000, value: 1000 });
    expect((series as typeof load).at(-1)).toEqual({ at: 2998, value: 2998 });
  });
});
