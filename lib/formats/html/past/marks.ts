/** Marks as drawings: each look has a height or a pattern of its own, so that none of them rests on colour alone. */
import type { Tally } from '../../../history/span.ts';
import { lookOf } from '../../look-of.ts';
import type { Look } from '../../looks.ts';
import { raw } from '../markup.ts';
import type { Markup } from '../markup.ts';

/** Of a strip; undefined where nothing is known. */
export type Marks = readonly (Tally | undefined)[];

function lookAt(mark: Tally | undefined): Look {
  return mark === undefined ? 'n' : lookOf(mark.ms);
}

/** Units of a drawing, which is stretched to its place: the width of a mark with the gap after it, and the height. */
const WIDTH = 4;
const HEIGHT = 20;

/** The lines that are drawn for each look: classes of `past.css`, which says how thick, where and in which colour. */
const LINES: Readonly<Record<Look, readonly string[]>> = {
  n: ['mn'],
  u: ['mu'],
  f: ['mf', 'mw'],
  g: ['mg'],
  m: ['mm'],
  x: ['mx', 'mu'],
  y: ['my', 'mv'],
  z: ['mz'],
};

export interface Run {
  readonly look: Look;
  readonly start: number;
  readonly count: number;
}

/** Neighbours that look alike as one. */
export function runsOf(marks: Marks): readonly Run[] {
  const runs: Run[] = [];
  let start = 0;
  let look = lookAt(marks[0]);
  for (let end = 1; end <= marks.length; end += 1) {
    const next = end < marks.length ? lookAt(marks[end]) : undefined;
    if (next === look) continue;
    runs.push({ look, start, count: end - start });
    [start, look] = [end, next ?? look];
  }
  return runs;
}

/** The lines of a strip: one for each run of equal marks, which its style breaks into marks. */
export function pathsOf(runs: readonly Run[]): string {
  const lines = new Map<Look, { path: string; end: number }>();
  for (const { look, start, count } of runs) {
    const { path = '', end = 0 } = lines.get(look) ?? {};
    const move = `${path === '' ? 'M' : 'm'}${String((start - end) * WIDTH)} 0h${String(count * WIDTH)}`;
    lines.set(look, { path: path + move, end: start + count });
  }
  return [...lines].flatMap(([look, { path }]) => LINES[look].map((name) => line(name, path))).join('');
}

/** A strip as a drawing: HTML. */
export function drawing(paths: string, count: number, id: string): string {
  return `<svg class="marks" ${boxOf(count)}><g id="${id}">${paths}</g></svg>`;
}

/** The same drawing once more. */
export function drawingAgain(count: number, id: string): string {
  return `<svg class="marks" ${boxOf(count)}><use href="#${id}"/></svg>`;
}

function boxOf(count: number): string {
  return `viewBox="0 0 ${String(count * WIDTH)} ${String(HEIGHT)}" preserveAspectRatio="none" aria-hidden="true"`;
}

function line(name: string, path: string): string {
  return `<path class="${name}" d="${path}"/>`;
}

/** Three marks of that look, for the legend. */
export function sample(look: Look): Markup {
  const paths = LINES[look].map((name) => line(name, 'M0 0h12'));
  return raw(`<svg class="marks" ${boxOf(3)}><g>${paths.join('')}</g></svg>`);
}
