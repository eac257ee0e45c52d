/** The charts of the status page as markup. How they look and open is tested in a browser. */
import { describe, expect, it } from 'vitest';
import type { ChartPart, Figure, Point } from '../../../lib/engine/figures.ts';
import { charts } from '../../../lib/formats/html/chart.ts';
import { figureList } from '../../../lib/formats/html/figures.ts';

const AT = 1_700_000_010_000;
const EVERY_MS = 30_000;

/** A series with a value for each interval; undefined is a gap. */
function series(name: string, chart: ChartPart | undefined, ...values: readonly (number | undefined)[]): Figure {
  const value = values.flatMap((one, index): Point[] =>
    one === undefined ? [] : [{ at: AT + index * EVERY_MS, value: one }],
  );
  return { name, label: name, unit: 'tasks', value, ...(chart && { chart }) };
}

const done: ChartPart = { name: 'tasks', draw: 'bar', light: 'working' };
const failed: ChartPart = { name: 'tasks', draw: 'bar', light: 'failing' };
const lag: ChartPart = { name: 'tasks', draw: 'line' };
const drawn = (...figures: readonly Figure[]) => charts(figures, 'check').map(String);
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([found]) => found);

describe('charts', () => {
  it('have the series of the same name together, in the order of the declaration', () => {
    const other: ChartPart = { name: 'others', draw: 'bar' };
    const [one = '', two = '', ...more] = drawn(
      series('done', done, 1, 2),
      series('elsewhere', other, 3),
      series('failed', failed, 0, 1),
    );
    expect(more).toEqual([]);
    expect([one.includes('>tasks<'), one.includes('elsewhere'), two.includes('elsewhere')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(one.indexOf('class="working"')).toBeLessThan(one.indexOf('class="failing"'));
  });

  it('stack each bar on those before it, up to the largest sum', () => {
    const [text = ''] = drawn(series('done', done, 3, 0), series('failed', failed, 1, 2));
    const [working, failing] = all(text, /(?<=<path class="\w+" fill="[^"]+" d=")[^"]*/g);
    expect(working).toBe('M1 100v-75h8v75z');
    expect(failing).toBe('M1 25v-25h8v25zM11 100v-50h8v50z');
    expect(text).toContain('<span class="facts">4</span>');
  });

  it('open each interval to the values of every series, one at a time', () => {
    const [text = ''] = drawn(series('done', done, 1200, 2), series('failed', failed, 1, 0), series('lag', lag, 5, 6));
    expect(all(text, /<details name="c[0-9a-f]{6}">/g)).toHaveLength(2);
    expect(new Set(all(text, /(?<=<details name=")\w+/g)).size).toBe(1);
    expect(text).toContain('<summary>22:13:30</summary><p>22:13:30 · done 1,200 · failed 1 · lag 5</p>');
    expect(text).toContain('<summary>22:14:00</summary><p>22:14:00 · done 2 · failed 0 · lag 6</p>');
  });

  it('show a gap as a gap: no bar, nothing to open, and an interrupted line', () => {
    const [text = ''] = drawn(series('done', done, 1, 1, undefined, 1), series('lag', lag, 2, 3, undefined, 4));
    expect(all(text, /<li id="[^"]*"><\/li>/g)).toHaveLength(1);
    expect(all(text, /<details/g)).toHaveLength(3);
    expect(text).toContain('d="M5 50L15 25M35 0h0"');
  });

  it('say how many there are in all of a bar, and the last value of a line', () => {
    const [text = ''] = drawn(series('done', done, 1, 2, 4), series('lag', lag, 9, 8, 7));
    expect(text).toMatch(/done<\/bdi> <b>7<\/b> tasks/);
    expect(text).toMatch(/lag<\/bdi> <b>7<\/b> tasks/);
  });

  it('have ids that differ from check to check, and stay when time goes on', () => {
    const idsOf = (id: string, figure: Figure) => all(charts([figure], id).map(String).join(''), /(?<=id=")[^"]*/g);
    const early = idsOf('one', series('done', done, 1, 2, 3));
    const late = idsOf('one', series('done', done, undefined, 2, 3, 4));
    expect(late.slice(0, 2)).toEqual(early.slice(1));
    expect(idsOf('other', series('done', done, 1, 2, 3)).filter((id) => early.includes(id))).toEqual([]);
  });

  it.each<[string, readonly Point[]]>([
    ['a single point', [{ at: AT, value: 1 }]],
    [
      'points without a distance',
      [
        { at: AT, value: 1 },
        { at: AT, value: 2 },
      ],
    ],
    [
      'only zeros',
      [
        { at: AT, value: 0 },
        { at: AT + 1000, value: 0 },
      ],
    ],
    [
      'negative values',
      [
        { at: AT, value: -5 },
        { at: AT + 1000, value: 3 },
      ],
    ],
    [
      'a year between two points',
      [
        { at: 0, value: 1 },
        { at: AT, value: 1 },
      ],
    ],
    [
      'times that are no dates',
      [
        { at: -1e300, value: 1 },
        { at: 1e300, value: 1 },
      ],
    ],
    ['a thousand points', Array.from({ length: 1000 }, (_, index) => ({ at: index * 1000, value: index }))],
    [
      'huge values',
      [
        { at: AT, value: 1e300 },
        { at: AT + 1000, value: 1.7e308 },
      ],
    ],
  ])('are short and without broken numbers for %s', (_name, value) => {
    const [text = ''] = drawn({ ...series('done', done), value }, { ...series('lag', lag), value });
    expect(text.length).toBeLessThan(40_000);
    expect(text).not.toMatch(/NaN|Infinity|v--/);
  });

  it('escape what they are given', () => {
    const hostile: ChartPart = { ...done, name: '<script>alert(1)</script>' };
    expect(drawn({ ...series('done', hostile, 1), label: '"><img>', unit: '<b>' }).join('')).not.toMatch(
      /<script|<img/,
    );
  });
});

describe('the list of figures', () => {
  it('leaves out what is drawn in a chart, and has a series without one', () => {
    const text = String(figureList([series('done', done, 1), series('load', undefined, 1, 2)]));
    expect([text.includes('done'), text.includes('load')]).toEqual([false, true]);
  });

  it('is left out if everything is drawn in a chart', () => {
    expect(figureList([series('done', done, 1)])).toBeUndefined();
  });
});
