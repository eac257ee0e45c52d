/** What the script needs to open the marks of a strip: how each looks, its uptime, and what was wrong when. */
import { shortLine } from '../../../errors.ts';
import { uptimeOf } from '../../../history/span.ts';
import type { Trouble } from '../../../history/span.ts';
import type { Strips } from '../../../history/view.ts';
import { isDown } from '../../looks.ts';
import type { Marks, Run } from './marks.ts';
import { digits } from './told.ts';
import type { Numbers, ToldStrip, ToldTrouble } from './told.ts';

/** Messages of a strip, and characters of each. */
const MAX_MESSAGES = 6;
const MAX_LENGTH = 120;

interface Telling {
  readonly axis: Pick<Strips, 'from'>;
  readonly maxTroubles: number;
}

export function toldStrip(marks: Marks, runs: readonly Run[], { axis, maxTroubles }: Telling): ToldStrip {
  const messages = new Map<string, number>();
  const maxMessages = Math.min(MAX_MESSAGES, Math.ceil(maxTroubles / 2));
  const { uptimes, troubles } = wrongIn(marks, runs);
  // The latest messages count most.
  const told = troubles
    .slice(-maxTroubles)
    .toReversed()
    .map((trouble) => toldTrouble(trouble, axis.from, (error) => numberOf(error, messages, maxMessages)));
  return [looksText(runs), uptimes, told.reverse(), [...messages.keys()]];
}

/** Whether there was trouble in marks that look so. */
export function isTroubled({ look }: Run): boolean {
  return isDown(look) || 'fg'.includes(look);
}

function looksText(runs: readonly Run[]): string {
  let text = '';
  for (const { look, count } of runs) text += count === 1 ? look : `${look}${String(count)}`;
  return text;
}

interface Wrong {
  /** Of those marks that were down. */
  readonly uptimes: Numbers;
  readonly troubles: readonly Trouble[];
}

function wrongIn(marks: Marks, runs: readonly Run[]): Wrong {
  let uptimes = '';
  const troubles: Trouble[] = [];
  for (const { look, start, count } of runs.filter(isTroubled)) {
    for (const mark of marks.slice(start, start + count)) {
      if (mark === undefined) continue;
      if (isDown(look)) uptimes += digits(Math.floor((uptimeOf([mark]) ?? 0) * 1000));
      for (const trouble of mark.troubles) append(troubles, trouble);
    }
  }
  return { uptimes, troubles };
}

/** Neighbours with the same message are one, also across marks. */
function append(troubles: Trouble[], added: Trouble): void {
  const last = troubles.at(-1);
  const isSame = last?.to === added.from && last.state === added.state && last.error === added.error;
  if (isSame) troubles[troubles.length - 1] = { ...last, to: added.to };
  else troubles.push(added);
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
