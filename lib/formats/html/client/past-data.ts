/** What the page holds for the marks, as `past/data.ts` writes it. */
import { isDown, LOOKS } from '../../looks.ts';
import type { Look } from '../../looks.ts';
import type { PastData } from '../past/told.ts';

export interface Trouble {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly isDown: boolean;
  readonly message: string | undefined;
}

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly look: Look;
  /** In percent; undefined where it is nothing special. */
  readonly uptime: number | undefined;
  readonly troubles: readonly Trouble[];
}

export function readData(): PastData | undefined {
  const text = document.querySelector('#past')?.textContent;
  return text === undefined ? undefined : (JSON.parse(text) as PastData);
}

/** The marks of a strip, by the numbers of its row and of its range. */
export function marksOf({ axes, rows }: PastData, row: number, range: number): Mark[] {
  const [first, length] = axes[range] ?? [0, 1];
  const strip = rows[row]?.[range === 0 ? 0 : 1] ?? 0;
  if (strip === 0) return [];
  const [text, uptimes, troubles, messages] = strip;
  const looks = [...text.matchAll(/([a-z])(\d*)/g)].flatMap(([, look = '', count]) =>
    Array.from({ length: Number(count) || 1 }, () => (look in LOOKS ? (look as Look) : 'n')),
  );
  const all = troubles.map(([from, seconds, isDown, message]) => ({
    from: (first + from) * 1000,
    to: (first + from + seconds) * 1000,
    isDown: isDown === 1,
    message: messages[message],
  }));
  const known = numbersIn(uptimes);
  let next = 0;
  return looks.map((look, index) => {
    const [from, to] = [index, index + 1].map((place) => (first + place * length) * 1000);
    const thousandths = isDown(look) ? known[next++] : undefined;
    return {
      from: from ?? 0,
      to: to ?? 0,
      look,
      uptime: thousandths === undefined ? undefined : thousandths / 10,
      troubles: all.filter((trouble) => trouble.from < (to ?? 0) && trouble.to > (from ?? 0)),
    };
  });
}

/** As `digits` of `past/told.ts` writes them; undefined for none. */
export function numbersIn(text: string): (number | undefined)[] {
  return [...text.matchAll(/../g)].map(([pair]) => (pair === '--' ? undefined : Number.parseInt(pair, 36)));
}
