/** Marks as drawings: each look has a height or a pattern of its own, so that none of them rests on colour alone. */
import type { Tally } from '../../../history/span.ts';
import { raw } from '../markup.ts';
import type { Markup } from '../markup.ts';

/**
 * A letter for how a mark looks. `x`, `y` and `z`: down for a little of the time, for much of it, for all of it. `f` and
 * `g`: degraded for a little of the time, for much of it.
 */
export type Look = 'n' | 'u' | 'f' | 'g' | 'm' | 'x' | 'y' | 'z';

/** Shares of the known time from which on it was down for much of it, or for all of it. */
const MUCH = 0.2;
const ALL = 0.8;

export function lookOf(mark: Tally | undefined): Look {
  if (mark === undefined) return 'n';
  const { up, degraded, down, maintenance } = mark.ms;
  const known = up + degraded + down;
  if (down > 0) return down >= ALL * known ? 'z' : down >= MUCH * known ? 'y' : 'x';
  if (degraded > 0) return degraded >= MUCH * known ? 'g' : 'f';
  return maintenance > 0 ? 'm' : up > 0 ? 'u' : 'n';
}

/** Units of a drawing, which is stretched to its place: the width of a mark with the gap after it, and the height. */
const WIDTH = 4;
const HEIGHT = 20;

interface Stroke {
  /** The class that has its colour. */
  readonly light: string;
  readonly from: number;
  readonly to: number;
  /** Whether it is hatched. */
  readonly hatched?: true;
}

/** What is drawn for each look, from the top (0) to the bottom (20). */
const STROKES: Readonly<Record<Look, readonly Stroke[]>> = {
  n: [{ light: 'unknown', from: 18, to: 20 }],
  u: [{ light: 'working', from: 7, to: 20 }],
  f: [
    { light: 'degraded', from: 3, to: 8 },
    { light: 'working', from: 9, to: 20 },
  ],
  g: [{ light: 'degraded', from: 3, to: 20 }],
  m: [{ light: 'unknown', from: 7, to: 20, hatched: true }],
  x: [
    { light: 'failing', from: 0, to: 6 },
    { light: 'working', from: 7, to: 20 },
  ],
  y: [
    { light: 'failing', from: 0, to: 12 },
    { light: 'working', from: 13, to: 20 },
  ],
  z: [{ light: 'failing', from: 0, to: 20 }],
};

interface Run {
  readonly look: Look;
  readonly start: number;
  readonly count: number;
}

/** Equal neighbours as one. */
export function runsOf(looks: readonly Look[]): readonly Run[] {
  const runs: Run[] = [];
  for (let start = 0; start < looks.length;) {
    const look = looks[start] ?? 'n';
    let end = start + 1;
    while (looks[end] === look) end += 1;
    runs.push({ look, start, count: end - start });
    start = end;
  }
  return runs;
}

/** A strip as a drawing: one line for each run of equal marks, which its style breaks into marks. */
export function drawing(looks: readonly Look[], id: string): Markup {
  const lines = new Map<Look, string>();
  for (const { look, start, count } of runsOf(looks))
    lines.set(look, `${lines.get(look) ?? ''}M${String(start * WIDTH)} 0h${String(count * WIDTH)}`);
  const paths = [...lines].flatMap(([look, path]) => STROKES[look].map((stroke) => drawn(stroke, path)));
  return raw(`<svg class="marks" ${boxOf(looks.length)}><g id="${id}">${paths.join('')}</g></svg>`);
}

/** The same drawing once more. */
export function drawingAgain(count: number, id: string): Markup {
  return raw(`<svg class="marks" ${boxOf(count)}><use href="#${id}"/></svg>`);
}

function boxOf(count: number): string {
  return `viewBox="0 0 ${String(count * WIDTH)} ${String(HEIGHT)}" preserveAspectRatio="none" aria-hidden="true"`;
}

function drawn({ light, from, to, hatched }: Stroke, path: string): string {
  const place = `transform="translate(0 ${String((from + to) / 2)})" stroke-width="${String(to - from)}"`;
  return `<path class="${light}${hatched === true ? ' hatched' : ''}" ${place} d="${path}"/>`;
}

/** One mark of that look, for the legend. */
export function sample(look: Look): Markup {
  const paths = STROKES[look].map((stroke) => drawn(stroke, 'M0 0h4M4 0h4M8 0h4'));
  return raw(`<svg class="marks" ${boxOf(3)}><g>${paths.join('')}</g></svg>`);
}
