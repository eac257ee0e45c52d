/** What the script needs to open a mark, as compact JSON: the page itself shows it only as drawings. */
import { shortLine } from '../../../errors.ts';
import { uptimeOf } from '../../../history/span.ts';
import type { Tally, Trouble } from '../../../history/span.ts';
import { stepAt } from '../../../history/times.ts';
import { raw } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { runsOf } from './marks.ts';
import type { Past, PastRow, Strip } from './rows.ts';
import type { Axis, PastData, ToldStrip, ToldTimes, ToldTrouble } from './told.ts';

/** Troubles of one strip, and of the whole page: the latest. Beyond them, a mark opens to its state alone. */
const MAX_TROUBLES = 60;
const MAX_TROUBLES_IN_ALL = 800;
/** Messages of the page, and characters of each. */
const MAX_MESSAGES = 100;
const MAX_LENGTH = 160;

export function dataOf({ rows }: Past): Markup {
  const messages = new Map<string, number>();
  let left = MAX_TROUBLES_IN_ALL;
  const told = (strip: Strip | undefined): ToldStrip | 0 => {
    if (strip === undefined) return 0;
    const troubles = troublesOf(strip).slice(-Math.min(MAX_TROUBLES, Math.max(left, 1)));
    left -= troubles.length;
    return [
      runsOf(strip.looks)
        .map(({ look, count }) => `${look}${String(count)}`)
        .join(''),
      strip.looks.flatMap((look, index) => (look === 'u' || look === 'n' ? [] : [thousandths(strip.marks[index])])),
      troubles.map((trouble) => toldTrouble(trouble, strip, messages)),
    ];
  };
  const data: PastData = {
    axes: [axisOf(rows, 'quarters'), axisOf(rows, 'days')],
    rows: rows.map((row) => [told(row.quarters), told(row.days), timesOf(row)] as const),
    messages: [...messages.keys()],
  };
  // A text of others could otherwise end the element.
  const text = JSON.stringify(data).replaceAll('<', '\\u003c');
  return raw(`<script type="application/json" id="past">${text}</script>`);
}

function axisOf(rows: readonly PastRow[], name: 'quarters' | 'days'): Axis {
  const axis = rows.find((row) => row[name] !== undefined)?.[name]?.axis;
  return axis === undefined ? [0, 1, 0] : [axis.from / 1000, axis.lengthMs / 1000, axis.count];
}

function thousandths(mark: Tally | undefined): number {
  const uptime = mark === undefined ? undefined : uptimeOf([mark]);
  return uptime === undefined ? -1 : Math.floor(uptime * 1000);
}

/** Neighbours with the same message are one, also across marks. */
function troublesOf({ marks }: Strip): readonly Trouble[] {
  const found: Trouble[] = [];
  for (const mark of marks) {
    for (const trouble of mark?.troubles ?? []) {
      const last = found.at(-1);
      const isSame = last?.to === trouble.from && last.state === trouble.state && last.error === trouble.error;
      if (isSame) found[found.length - 1] = { ...last, to: trouble.to };
      else found.push(trouble);
    }
  }
  return found;
}

function toldTrouble({ from, to, state, error }: Trouble, { axis }: Strip, messages: Map<string, number>): ToldTrouble {
  const seconds = [from - axis.from, to - from].map((ms) => Math.round(ms / 1000));
  const isDown = state === 'down' ? 1 : 0;
  return [seconds[0] ?? 0, seconds[1] ?? 0, isDown, error === undefined ? -1 : numberOf(error, messages)];
}

function numberOf(error: string, messages: Map<string, number>): number {
  const text = shortLine(error, MAX_LENGTH);
  const known = messages.get(text) ?? (messages.size < MAX_MESSAGES ? messages.size : -1);
  if (known >= 0) messages.set(text, known);
  return known;
}

function timesOf({ quarters }: PastRow): ToldTimes {
  const marks = quarters?.marks ?? [];
  const steps = (share: number) => marks.map((mark) => (mark === undefined ? -1 : (stepAt(mark.times, share) ?? -1)));
  return [steps(0.5), steps(0.95)];
}
