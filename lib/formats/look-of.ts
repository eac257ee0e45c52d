/** How a span of time looks, by what was recorded in it: the same on the page and in a terminal. */
import type { Tally } from '../history/span.ts';
import type { Look } from './looks.ts';

/** Shares of the time from which on it was so for much of it, or for all of it. */
const MUCH = 0.2;
const ALL = 0.8;

/** @param ms Milliseconds in each state. */
export function lookOf({ up, degraded, down, maintenance }: Tally['ms']): Look {
  const known = up + degraded + down;
  if (down > 0) return down >= ALL * known ? 'z' : down >= MUCH * known ? 'y' : 'x';
  if (degraded > 0) return degraded >= MUCH * known ? 'g' : 'f';
  if (maintenance > 0 && maintenance >= MUCH * (known + maintenance)) return 'm';
  return up > 0 ? 'u' : 'n';
}
