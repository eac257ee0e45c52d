/** The figures that a check has observed, except those that are drawn in a chart. */
import type { Figure, FigureValue, Point } from '../../engine/figures.ts';
import { isCharted } from './chart.ts';
import { foreign, markup, joined, number } from './markup.ts';
import type { Markup } from './markup.ts';

export function figureList(figures: readonly Figure[]): Markup | undefined {
  const listed = figures.filter((figure) => !isCharted(figure));
  if (listed.length === 0) return undefined;
  const items = listed.map(
    ({ label, unit, value }) => markup`<div><dt>${foreign(label)}</dt><dd>${valueMarkup(value, unit)}</dd></div>`,
  );
  return markup`<dl class="figures">${items}</dl>`;
}

function valueMarkup(value: FigureValue, unit: string): Markup {
  if (typeof value === 'number') return markup`${number.format(value)} ${unit}`;
  if (typeof value === 'string') return foreign(value);
  if (isSeries(value)) return series(value, unit);
  return value.length === 0 ? markup`none` : joined(value.map(foreign), ', ');
}

function isSeries(value: readonly string[] | readonly Point[]): value is readonly Point[] {
  return typeof value[0] === 'object';
}

/** The size of the drawing, which is stretched to the width of its place. */
const WIDTH = 100;
const HEIGHT = 20;

/** The last value, and a line through all of them. */
function series(points: readonly Point[], unit: string): Markup {
  const values = points.map(({ value }) => value);
  const [first = 0, last = 0] = [points[0]?.at, points.at(-1)?.at];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const line = points
    .map(({ at, value }) => `${place(at, first, last, WIDTH)},${place(high - value, 0, high - low, HEIGHT)}`)
    .join(' ');
  const drawing = markup`<svg class="series" viewBox="0 -2 ${WIDTH} ${HEIGHT + 4}" preserveAspectRatio="none">
      <polyline points="${line}" />
    </svg>`;
  return markup`${number.format(values.at(-1) ?? 0)} ${unit} ${points.length > 1 ? drawing : undefined}`;
}

function place(value: number, from: number, to: number, size: number): string {
  return String(to === from ? size / 2 : Math.round(((value - from) / (to - from)) * size * 10) / 10);
}
