/**
 * The series that belong together as one chart: stacked bars for each interval, lines above them. Each interval opens
 * to its values, also without script.
 */
import { createHash } from 'node:crypto';
import type { ChartPart, Figure, Point } from '../../engine/figures.ts';
import { foreign, joined, markup, number } from './markup.ts';
import type { Markup } from './markup.ts';

/** More than these are not drawn: the page would become too large. */
const MAX_INTERVALS = 120;
/** Units of the drawing, which is stretched to its place, and of an interval in it. Whole numbers keep it short. */
const HEIGHT = 100;
const WIDTH = 10;
const BAR_WIDTH = 8;

interface Series extends Figure {
  readonly value: readonly Point[];
  readonly chart: ChartPart;
}

/** The intervals of a chart, which all have the same length. */
interface Axis {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly stepMs: number;
  readonly count: number;
}

/** Whether it is drawn in a chart, not in the list of figures. */
export function isCharted(figure: Figure): figure is Series {
  return figure.chart !== undefined && isSeries(figure.value);
}

function isSeries(value: Figure['value']): value is readonly Point[] {
  return Array.isArray(value) && typeof value[0] === 'object';
}

/** @param id Differs for each check of the page, and stays the same when the page refreshes itself. */
export function charts(figures: readonly Figure[], id: string): Markup[] {
  const byName = new Map<string, Series[]>();
  for (const figure of figures.filter(isCharted)) {
    const others = byName.get(figure.chart.name);
    if (others === undefined) byName.set(figure.chart.name, [figure]);
    else others.push(figure);
  }
  return [...byName].map(([name, series]) => chart(name, series, keyOf(`${id} ${name}`)));
}

/** A short name for what stands many times in the page. */
function keyOf(id: string): string {
  return `c${createHash('sha256').update(id).digest('hex').slice(0, 6)}`;
}

function chart(name: string, all: readonly Series[], key: string): Markup {
  const axis = axisOf(all);
  const bars = all.filter((series) => series.chart.draw === 'bar');
  const lines = all.filter((series) => series.chart.draw === 'line');
  const [seconds, end] = [axis.stepMs / 1000, axis.from + axis.count * axis.stepMs];
  const when = `every ${number.format(seconds)} s from ${clock(axis.from)} to ${clock(end)} UTC`;
  return markup`<figure class="chart">
      <figcaption class="facts">${foreign(name)}, ${when}</figcaption>
      ${lines.map((series) => line(series, axis))}
      <div class="plot">
        ${drawing(bars, axis)}
        <ol>${intervals(all, axis, key)}</ol>
      </div>
      <p class="legend">${joined(bars.map(legend), '\u2003')}</p>
    </figure>`;
}

function axisOf(all: readonly Series[]): Axis {
  const times = [...new Set(all.flatMap(({ value }) => value.map(({ at }) => at)))].sort((one, other) => one - other);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const stepMs = Math.max(1000, Math.min(...steps, Math.max(1000, last - first)));
  const count = Math.min(MAX_INTERVALS, Math.floor((last - first) / stepMs) + 1);
  return { from: last - (count - 1) * stepMs, stepMs, count };
}

/** The value of each interval; undefined where nothing is known. */
function valuesOf({ value }: Series, { from, stepMs, count }: Axis): (number | undefined)[] {
  const values = Array.from<number | undefined>({ length: count });
  for (const point of value) {
    const index = Math.round((point.at - from) / stepMs);
    if (index >= 0 && index < count) values[index] = point.value;
  }
  return values;
}

function drawing(bars: readonly Series[], axis: Axis): Markup {
  const all = bars.map((series) => valuesOf(series, axis).map((value) => Math.max(0, value ?? 0)));
  const sums = Array.from({ length: axis.count }, (_, index) => all.reduce((sum, one) => sum + (one[index] ?? 0), 0));
  const most = Math.max(...sums);
  const below = sums.map(() => 0);
  const paths = bars.map(({ chart: { light } }, row) => {
    const parts = (all[row] ?? []).map((value, index) => {
      const bottom = below[index] ?? 0;
      const top = bottom + (most === 0 ? 0 : (value / most) * HEIGHT);
      below[index] = top;
      const height = Math.round(top) - Math.round(bottom);
      const left = index * WIDTH + (WIDTH - BAR_WIDTH) / 2;
      return height === 0 ? '' : `M${left} ${HEIGHT - Math.round(bottom)}v-${height}h${BAR_WIDTH}v${height}z`;
    });
    return bar(light, parts.join(''));
  });
  const box = `0 0 ${String(axis.count * WIDTH)} ${String(HEIGHT)}`;
  return markup`<span class="facts">${number.format(most)}</span>
    <svg height="7rem" viewBox="${box}" preserveAspectRatio="none" aria-hidden="true">${paths}</svg>`;
}

function bar(light: ChartPart['light'], path: string): Markup {
  return markup`<path class="${light ?? 'plain'}" fill="var(--${light ?? 'bar'})" d="${path}" />`;
}

/** A line that is interrupted where nothing is known, with its last value. */
function line(series: Series, axis: Axis): Markup {
  const values = valuesOf(series, axis);
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const path = values.map((value, index) => {
    if (value === undefined) return '';
    const place = `${(index + 0.5) * WIDTH} ${HEIGHT - Math.round((Math.max(0, value) / most) * HEIGHT)}`;
    if (values[index - 1] !== undefined) return `L${place}`;
    // A point alone is seen only if it is a line.
    return values[index + 1] === undefined ? `M${place}h0` : `M${place}`;
  });
  const last = series.value.at(-1)?.value ?? 0;
  const box = `0 -4 ${String(axis.count * WIDTH)} ${String(HEIGHT + 8)}`;
  return markup`<p class="strip">
      <span>${foreign(series.label)} <b>${number.format(last)}</b> ${series.unit}</span>
      <svg class="series" viewBox="${box}" preserveAspectRatio="none" aria-hidden="true">
        <path stroke-linecap="round" d="${path.join('')}" />
      </svg>
    </p>`;
}

/** Only one of them is open at a time, since they have the same name. */
function intervals(all: readonly Series[], axis: Axis, key: string): Markup[] {
  const rows = all.map((series) => ({ label: series.label, values: valuesOf(series, axis) }));
  return Array.from({ length: axis.count }, (_, index) => {
    const facts = rows.flatMap(({ label, values }) => {
      const value = values[index];
      return value === undefined ? [] : [`${label} ${number.format(value)}`];
    });
    const at = axis.from + index * axis.stepMs;
    const inner = markup`<details name="${key}">
        <summary>${clock(at)}</summary>
        <p>${[clock(at), ...facts].join(' · ')}</p>
      </details>`;
    return markup`<li id="${key}-${Math.round(at / 1000).toString(36)}">${facts.length === 0 ? undefined : inner}</li>`;
  });
}

/** How many there are in all. */
function legend({ label, unit, value, chart: { light } }: Series): Markup {
  const total = value.reduce((sum, point) => sum + point.value, 0);
  return markup`<svg width="12" height="12" aria-hidden="true">${bar(light, 'M0 0h12v12H0z')}</svg>
    ${' '}${foreign(label)} <b>${number.format(total)}</b> ${unit}`;
}

/** `22:13:20`. */
function clock(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString().slice(11, 19) : '';
}
