/** How marks can look: for the page, for its script, and for a terminal. */

/**
 * A letter for how a mark looks. `x`, `y` and `z`: down for a little of the time, for much of it, for all of it. `f`
 * and `g`: degraded for a little of the time, for much of it.
 */
export type Look = 'n' | 'u' | 'f' | 'g' | 'm' | 'x' | 'y' | 'z';

export const LOOKS: Readonly<Record<Look, string>> = {
  u: 'up',
  f: 'degraded for a while',
  g: 'degraded',
  x: 'down for a while',
  y: 'down for a while',
  z: 'down',
  m: 'maintenance',
  n: 'no data',
};

/** One for each word, in the order in which they are explained. */
export const LEGEND: readonly Look[] = ['u', 'f', 'g', 'x', 'z', 'm', 'n'];

/** Whether it was down in that mark, and if only for a while. */
export function isDown(look: string): boolean {
  return 'xyz'.includes(look);
}
