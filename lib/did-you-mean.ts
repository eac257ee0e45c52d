import { distance } from 'fastest-levenshtein';

/** A longer text is not a misspelt name. */
const MAX_LENGTH = 40;

const MIN_BEGINNING = 3;

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
  const meant = best !== undefined && isClose(given, best, least) ? best : beginningWith(given, names);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** Half of a short name would be another name: yaml and html. Swapped letters say enough. */
function isClose(given: string, name: string, far: number): boolean {
  if (far >= Math.max(given.length, name.length)) return false;
  const isSwapped = far === 2 && lettersOf(given) === lettersOf(name);
  return isSwapped || far <= Math.max(1, Math.floor(name.length / 3));
}

function lettersOf(text: string): string {
  return Array.from(text).sort().join('');
}

function beginningWith(given: string, names: readonly string[]): string | undefined {
  return given.length < MIN_BEGINNING ? undefined : names.find((name) => name.startsWith(given));
}
