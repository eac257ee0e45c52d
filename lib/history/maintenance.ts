/** When somebody works on what is checked: by the document, and as begun by hand. Pure. */
import { readWindows } from './maintenance-rules.ts';
import type { Stretch, Window } from './maintenance-rules.ts';

export type { Window } from './maintenance-rules.ts';
export { concerns } from './under-way.ts';

/** Windows that are told of a range, since each costs about 0.2 ms to find. */
export const MAX_TOLD = 500;

/**
 * The windows that overlap a range, the earliest first. Items of the document that are wrong are left out.
 *
 * @param items What the document's `maintenance` says.
 * @param byHand The windows that were begun by hand.
 */
export function windowsIn(items: readonly unknown[], byHand: readonly Window[], range: Stretch): readonly Window[] {
  const found: Window[] = byHand.filter((window) => overlaps(window, range));
  // In turn: an item with very many windows must not hide those of another one.
  let left = readWindows(items).map(({ windows }) => windows(range)[Symbol.iterator]());
  while (left.length > 0 && found.length < MAX_TOLD) {
    left = left.filter((iterator) => {
      const next = iterator.next();
      if (next.done !== true) found.push(next.value);
      return next.done !== true;
    });
  }
  return found.toSorted((a, b) => a.from - b.from);
}

function overlaps({ from, to }: Window, range: Stretch): boolean {
  return from < range.to && to > range.from;
}
