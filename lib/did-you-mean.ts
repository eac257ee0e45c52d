import { distance } from 'fastest-levenshtein';

/** A longer text is not a misspelt name. */
const MAX_LENGTH = 40;

/** `; did you mean url?`, or nothing if no name is close. */
export function didYouMean(given: string, names: readonly string[]): string {
  if (given.length > MAX_LENGTH) return '';
  let best: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const far = Math.abs(name.length - given.length) < least ? distance(given, name) : Infinity;
    if (far >= least) continue;
    best = name;
    least = far;
  }
  if (best === undefined) return '';
  // Two swapped letters have a distance of two, even in a name of three letters.
  const isClose = least <= Math.max(2, Math.floor(best.length / 2));
  const isUnrelated = least >= Math.max(given.length, best.length);
  return isClose && !isUnrelated ? `; did you mean ${best}?` : '';
}
