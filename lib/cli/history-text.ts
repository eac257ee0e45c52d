/** What was recorded, as text for a terminal: a strip of characters for each check, outages, and changes. */
import type { Verdict } from '../engine/types.ts';
import { oneLine, shortLine } from '../errors.ts';
import { causeName, lengthText, minuteText, uptimeText } from '../formats/history-words.ts';
import { lookOf } from '../formats/look-of.ts';
import { LEGEND, LOOKS } from '../formats/looks.ts';
import type { Look } from '../formats/looks.ts';
import type { PastOutage } from '../history/past-outages.ts';
import { WHOLE } from '../history/sample.ts';
import type { State } from '../history/sample.ts';
import type { Tally } from '../history/span.ts';
import { uptimeIn } from '../history/view.ts';
import type { HistoryView, Strips } from '../history/view.ts';
import type { Paint } from './colours.ts';

/** Outages and changes that are listed, and the width of names. */
const MAX_LINES = 20;
const MAX_NAME = 40;
/** Columns beside name and strip: uptime, and since when. */
const BESIDE = 44;
const LEAST_STRIP = 24;

/** They differ without colour too: what was so for a while only hangs from the top. */
const CHARACTERS: Readonly<Record<Look, string>> = { u: '▂', f: '▔', g: '▅', x: '▀', y: '▀', z: '█', m: '░', n: '·' };
/** In whose colour they are; the others have none. */
const LOOK_VERDICTS: Readonly<Partial<Record<Look, Verdict>>> = {
  u: 'working',
  f: 'degraded',
  g: 'degraded',
  x: 'failing',
  y: 'failing',
  z: 'failing',
};
const VERDICTS: Readonly<Record<State, Verdict>> = { up: 'working', degraded: 'degraded', down: 'failing' };

interface Printing {
  readonly name: string;
  /** The part that is shown; empty for the whole. */
  readonly part: string;
  readonly paint: Paint;
  readonly columns: number;
}

export function pastText(view: HistoryView, { name, part, paint, columns }: Printing): string {
  const strips = view.quarters ?? view.days;
  const paths = [...(view.standings?.keys() ?? [])];
  const width = Math.min(MAX_NAME, Math.max(5, ...paths.map((path) => label(path).length)));
  const count = Math.max(LEAST_STRIP, columns - width - BESIDE);
  const rows = paths.map((path) => {
    const strip = strips === undefined ? '' : stripText(strips, path, count, paint);
    const uptime = uptimeText(uptimeIn(strips, path)).padStart(8);
    return `${label(path).padEnd(width)}  ${strip}  ${uptime}  ${standingText(view, path, paint)}`.trimEnd();
  });
  const legend = LEGEND.map((look) => `${CHARACTERS[look]} ${LOOKS[look]}`);
  const since = strips === undefined ? '' : `, from ${minuteText(strips.from)}`;
  const lines = [
    `${[name, ...(part === '' ? [] : [part])].join('/')}${since}`,
    '',
    ...rows,
    '',
    legend.join('  '),
    ...section(
      'Outages',
      (view.outages ?? []).slice(0, MAX_LINES).flatMap((outage) => outageLines(outage, view.at, paint)),
    ),
    ...section('Last changes', (view.changes ?? []).slice(-MAX_LINES).reverse().map(changeLine)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function label(path: string): string {
  return path === WHOLE ? 'whole' : shortLine(path, MAX_NAME);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return ['', `${title}:`, ...(lines.length === 0 ? ['  none'] : lines)];
}

/** Where there are more marks than columns, several are one, which looks as all of their time together. */
function stripText(strips: Strips, path: string, columns: number, paint: Paint): string {
  const marks = strips.marks.get(path) ?? Array.from<undefined>({ length: strips.count });
  const each = Math.ceil(marks.length / columns);
  const looks = Array.from({ length: Math.ceil(marks.length / each) }, (_, column) =>
    lookOf(together(marks.slice(column * each, (column + 1) * each))),
  );
  return looks.map((look) => character(look, paint)).join('');
}

function together(marks: readonly (Tally | undefined)[]): Tally['ms'] {
  const sum = { up: 0, degraded: 0, down: 0, maintenance: 0 };
  for (const { ms } of marks.filter((mark) => mark !== undefined)) {
    sum.up += ms.up;
    sum.degraded += ms.degraded;
    sum.down += ms.down;
    sum.maintenance += ms.maintenance;
  }
  return sum;
}

function character(look: Look, paint: Paint): string {
  const verdict = LOOK_VERDICTS[look];
  return verdict === undefined ? CHARACTERS[look] : paint(verdict, CHARACTERS[look]);
}

function standingText({ standings, at }: HistoryView, path: string, paint: Paint): string {
  const standing = standings?.get(path);
  if (standing === undefined) return '';
  const { state, since } = standing;
  const length = lengthText(Math.max(0, at - since));
  if (state === 'up') return `up for ${length}`;
  return `${paint(VERDICTS[state], state)} since ${minuteText(since)}, for ${length}`;
}

function outageLines(outage: PastOutage, now: number, paint: Paint): readonly string[] {
  const { state, from, to, error, consequences = [] } = outage;
  const begin = from === undefined ? 'earlier' : minuteText(from);
  const end = to === undefined ? 'now' : minuteText(to);
  const length = from === undefined ? '' : `, ${lengthText((to ?? now) - from)}`;
  const shown = consequences.slice(0, 5).map(oneLine);
  const more = consequences.length > shown.length ? ` and ${String(consequences.length - shown.length)} more` : '';
  return [
    `  ${paint(VERDICTS[state], state.padEnd(8))}  ${oneLine(causeName(outage))}, ${begin} – ${end}${length}`,
    ...(error === undefined ? [] : [`            ${oneLine(error)}`]),
    ...(shown.length === 0 ? [] : [`            because of it: ${shown.join(', ')}${more}`]),
  ];
}

function changeLine({ path, from, to, since, observer }: NonNullable<HistoryView['changes']>[number]): string {
  const name = observer === true ? 'the observer itself' : path === WHOLE ? 'whole' : oneLine(path);
  return `  ${minuteText(since)}  ${name}: ${from} → ${to}`;
}
