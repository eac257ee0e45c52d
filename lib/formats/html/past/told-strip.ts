/** What the script needs to open the marks of a strip: how each looks, its uptime, and what was wrong when. */
import { shortLine } from '../../../errors.ts';
import { uptimeOf } from '../../../history/span.ts';
import type { Tally, Trouble } from '../../../history/span.ts';
import type { Strips } from '../../../history/view.ts';
import { runsOf } from './marks.ts';
import type { Look } from './marks.ts';
import { digits } from './told.ts';
import type { Numbers, ToldStrip, ToldTrouble } from './told.ts';

/** Messages of a strip, and characters of each. */
const MAX_MESSAGES = 6;
const MAX_LENGTH = 120;

interface Telling {
  readonly axis: Pick<Strips, 'from'>;
  readonly maxTroubles: number;
}

export function toldStrip(
  marks: readonly (Tally | undefined)[],
  looks: readonly Look[],
  { axis, maxTroubles }: Telling,
): ToldStrip {
  const messages = new Map<string, number>();
  const maxMessages = Math.min(MAX_MESSAGES, Math.ceil(maxTroubles / 2));
  const troubles = troublesOf(marks).slice(-maxTroubles);
  // The latest messages count most.
  const told = troubles
    .toReversed()
    .map((trouble) => toldTrouble(trouble, axis.from, (error) => numberOf(error, messages, maxMessages)));
  return [looksText(looks), uptimesOf(marks, looks), told.reverse(), [...messages.keys()]];
}

function looksText(looks: readonly Look[]): string {
  let text = '';
  for (const { look, count } of runsOf(looks)) text += count === 1 ? look : `${look}${String(count)}`;
  return text;
}

/** Of those marks that were down. */
function uptimesOf(marks: readonly (Tally | undefined)[], looks: readonly Look[]): Numbers {
  let uptimes = '';
  for (let index = 0; index < looks.length; index += 1) {
    const [mark, look = 'n'] = [marks[index], looks[index]];
    if (mark !== undefined && 'xyz'.includes(look)) uptimes += digits(Math.floor((uptimeOf([mark]) ?? 0) * 1000));
  }
  return uptimes;
}

/** Neighbours with the same message are one, also across marks. */
function troublesOf(marks: readonly (Tally | undefined)[]): readonly Trouble[] {
  const found: Trouble[] = [];
  for (const mark of marks) {
    if (mark === undefined) continue;
    for (const trouble of mark.troubles) {
      const last = found.at(-1);
      const isSame = last?.to === trouble.from && last.state === trouble.state && last.error === trouble.error;
      if (isSame) found[found.length - 1] = { ...last, to: trouble.to };
      else found.push(trouble);
    }
  }
  return found;
}

function toldTrouble(
  { from, to, state, error }: Trouble,
  begin: number,
  numbered: (error: string) => number,
): ToldTrouble {
  const [start = 0, length = 0] = [from - begin, to - from].map((ms) => Math.round(ms / 1000));
  return [start, length, state === 'down' ? 1 : 0, error === undefined ? -1 : numbered(error)];
}

/** @returns -1 if there are too many already. */
function numberOf(error: string, messages: Map<string, number>, max: number): number {
  const text = shortLine(error, MAX_LENGTH);
  const known = messages.get(text) ?? (messages.size < max ? messages.size : -1);
  if (known >= 0) messages.set(text, known);
  return known;
}
