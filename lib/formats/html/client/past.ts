/** Makes the marks of the strips open. What is in a row is built when the row is opened. */
import type { ToldTimes } from '../past/told.ts';
import { timeOf } from '../../../history/times.ts';
import { marksOf, numbersIn, readData } from './past-data.ts';
import { ownElement, Strip } from './strip.ts';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 40;

/** @returns To be called when the page has changed. */
export function openMarks(): () => void {
  const strips = new Map<Element, Strip>();
  const update = () => {
    const data = readData();
    for (const figure of strips.keys()) if (!figure.isConnected) strips.delete(figure);
    if (data === undefined) return;
    for (const figure of document.querySelectorAll<HTMLElement>('[data-strip]')) {
      if (!isShown(figure)) continue;
      const [row = 0, range = 0] = (figure.dataset.strip ?? '').split(' ').map(Number);
      const strip = strips.get(figure) ?? new Strip(figure);
      strips.set(figure, strip);
      strip.show(marksOf(data, row, range));
    }
    for (const figure of document.querySelectorAll<HTMLElement>('[data-times]')) {
      const times = data.rows[Number(figure.dataset.times)]?.[2];
      if (isShown(figure) && times) ownElement(figure, 'lines').replaceChildren(...drawn(...both(times)));
    }
  };
  document.addEventListener('toggle', update, true);
  update();
  return update;
}

type Line = readonly (number | undefined)[];

/** Milliseconds of each quarter of an hour. */
function both(times: ToldTimes): [Line, Line] {
  const line = (text: string) => numbersIn(text).map((step) => (step === undefined ? undefined : timeOf(step)));
  return [line(times[0]), line(times[1])];
}

/** Whether every row that it is in is open. */
function isShown(figure: Element): boolean {
  return figure.closest('details:not([open])') === null;
}

/** Both lines on one scale. They are interrupted where nothing is known. */
function drawn(median: Line, p95: Line): readonly Element[] {
  const most = Math.max(1, ...[...median, ...p95].map((time) => time ?? 0));
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 -2 ${String(median.length)} ${String(HEIGHT + 4)}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  for (const [line, name] of [
    [p95, 'tail'],
    [median, ''],
  ] as const) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', name);
    path.setAttribute('d', line.map((_time, index) => point(line, index, most)).join(''));
    svg.append(path);
  }
  const note = document.createElement('p');
  note.className = 'facts';
  note.textContent = `From 0 to ${String(Math.ceil(most))} ms; solid: median, dashed: 95th percentile`;
  return [svg, note];
}

function point(line: Line, index: number, most: number): string {
  const time = line[index];
  if (time === undefined) return '';
  const y = String(HEIGHT - Math.round((time / most) * HEIGHT));
  const place = `${String(index + 0.5)} ${y}`;
  if (line[index - 1] !== undefined) return `L${place}`;
  // A point alone is seen only if it is a line.
  return line[index + 1] === undefined ? `M${String(index)} ${y}h1` : `M${place}`;
}
