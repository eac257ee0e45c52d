/** Compares the JSON of an answer with what is expected of it. Pure. */

/** Values that are compared: about 50 ms, in which nothing else runs. */
const MAX_COMPARED = 500_000;

/**
 * The keys that lead to the first part of `expected` that `actual` does not contain; undefined if it contains all.
 * It compares like PostgreSQL's `jsonb @>`: objects by key, arrays by item in any order, anything else by value.
 *
 * @returns `too much` if that takes too long: each item of an array may have to be compared with each of the other.
 */
export function mismatch(expected: unknown, actual: unknown): string[] | undefined | 'too much' {
  try {
    return find(expected, actual, { left: MAX_COMPARED });
  } catch (error) {
    if (error instanceof TooMuch) return 'too much';
    throw error;
  }
}

class TooMuch extends Error {}

interface Budget {
  /** Values that may still be compared. */
  left: number;
}

function find(expected: unknown, actual: unknown, budget: Budget): string[] | undefined {
  budget.left -= 1;
  if (budget.left < 0) throw new TooMuch();
  if (Array.isArray(expected)) return Array.isArray(actual) ? findItem(expected, actual, budget) : [];
  if (!isObject(expected)) return expected === actual ? undefined : [];
  if (!isObject(actual)) return [];
  for (const [key, value] of Object.entries(expected)) {
    if (!Object.hasOwn(actual, key)) return [key];
    const path = find(value, actual[key], budget);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}

/** Strings, numbers, booleans and null are looked up; only objects and arrays are compared with each other. */
function findItem(expected: readonly unknown[], actual: readonly unknown[], budget: Budget): string[] | undefined {
  const values = new Set(actual);
  const inner = actual.filter((item) => typeof item === 'object' && item !== null);
  const missing = expected.findIndex((item) =>
    typeof item === 'object' && item !== null
      ? !inner.some((other) => find(item, other, budget) === undefined)
      : !values.has(item),
  );
  return missing < 0 ? undefined : [String(missing)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
