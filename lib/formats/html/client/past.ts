/** Makes the marks of the strips open. What is in a row is built when the row is opened. */
import { marksOf, readData, timeOf } from './past-data.ts';
import { Strip } from './strip.ts';

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
      const [pick, panel] = ['.pick', '.told'].map((name) => figure.querySelector(name));
      if (!pick || !panel) continue;
      const strip = strips.get(figure) ?? new Strip(figure, pick, panel);
      strips.set(figure, strip);
      strip.show(marksOf(data, row, range));
    }
    for (const figure of document.querySelectorAll<HTMLElement>('[data-times]')) {
      const times = data.rows[Number(figure.dataset.times)]?.[2];
      if (isShown(figure) && times) figure.querySelector('.lines')?.replaceChildren(...drawn(...times));
    }
  };
  document.addEventListener('toggle', update, true);
  update();
  return update;
}

/** Whether every row that it is in is open. */
function isShown(figure: Element): boolean {
  return figure.closest('details:not([open])') === null;
}

/** Both lines on one scale. They are interrupted where nothing is known. */
function drawn(median: readonly number[], p95: readonly number[]): readonly Element[] {
  const most = Math.max(...median.map(timeOf), ...p95.map(timeOf), 1);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 -2 ${String(median.length)} ${String(HEIGHT + 4)}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  for (const [steps, name] of [
    [p95, 'tail'],
    [median, ''],
  ] as const) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', name);
    path.setAttribute('d', steps.map((step, index) => point(steps, step, index, most)).join(''));
    svg.append(path);
  }
  const note = document.createElement('p');
  note.className = 'facts';
  note.textContent = `From 0 to ${String(Math.ceil(most))} ms; solid: median, dashed: 95th percentile`;
  return [svg, note];
}

function point(steps: readonly number[], step: number, index: number, most: number): string {
  if (step < 0) return '';
  const y = HEIGHT - Math.round((timeOf(step) / most) * HEIGHT);
  const place = `${String(index + 0.5)} ${String(y)}`;
  if ((steps[index - 1] ?? -1) >= 0) return `L${place}`;
  // A point alone is seen only if it is a line.
  return (steps[index + 1] ?? -1) >= 0 ? `M${place}` : `M${String(index)} ${String(y)}h1`;
}
