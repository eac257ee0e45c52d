import { distance } from 'fastest-levenshtein';

/** `; did you mean url?`, or nothing if no name is close. */
export function didYouMean(given: string, names: readonly string[]): string {
  if (given.length > 40) return '';
  const [best] = names.map((name) => ({ name, far: distance(given, name) })).sort((a, b) => a.far - b.far);
  if (best === undefined) return '';
  // Two swapped letters have a distance of two, even in a name of three letters.
  const isClose = best.far <= Math.max(2, Math.floor(best.name.length / 2));
  const isUnrelated = best.far >= Math.max(given.length, best.name.length);
  return isClose && !isUnrelated ? `; did you mean ${best.name}?` : '';
}
