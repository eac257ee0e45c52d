/** Compares the JSON of an answer with what is expected of it. Pure. */
import { isJsonObject } from '../../clients/http/json.ts';
import type { JsonObject } from '../../clients/http/json.ts';

/** Values that are compared: about 50 ms, in which nothing else runs. */
const MAX_COMPARED = 200_000;
/** Objects and arrays within each other that are compared: the stack has an end. */
const MAX_LEVELS = 500;

/**
 * The keys that lead to the first part of `expected` that `actual` does not contain; undefined if it contains all.
 * It compares like PostgreSQL's `jsonb @>`: objects by key, arrays by item in any order, anything else by value.
 *
 * @returns `too much` if that takes too long: each item of an array may have to be compared with each of the other.
 */
export function mismatch(expected: unknown, actual: unknown): string[] | undefined | 'too much' {
  try {
    return find(expected, actual, { left: MAX_COMPARED, levels: 0, entries: new Map() });
  } catch (error) {
    if (error instanceof TooMuch) return 'too much';
    throw error;
  }
}

class TooMuch extends Error {}

interface Budget {
  /** Values that may still be compared. */
  left: number;
  /** Objects and arrays that are being compared. */
  levels: number;
  /** The entries of each expected object: one may be compared with each of thousands. */
  readonly entries: Map<object, readonly [string, unknown][]>;
}

function spend(budget: Budget, values: number): void {
  budget.left -= values;
  if (budget.left < 0) throw new TooMuch();
}

function find(expected: unknown, actual: unknown, budget: Budget): string[] | undefined {
  spend(budget, 1);
  if (typeof expected !== 'object' || expected === null) return expected === actual ? undefined : [];
  budget.levels += 1;
  if (budget.levels > MAX_LEVELS) throw new TooMuch();
  const path = findPart(expected, actual, budget);
  budget.levels -= 1;
  return path;
}

function findPart(expected: object, actual: unknown, budget: Budget): string[] | undefined {
  if (Array.isArray(expected)) return Array.isArray(actual) ? findItem(expected, actual, budget) : [];
  return isJsonObject(expected) && isJsonObject(actual) ? findKey(expected, actual, budget) : [];
}

function findKey(expected: JsonObject, actual: JsonObject, budget: Budget): string[] | undefined {
  const entries = budget.entries.get(expected) ?? Object.entries(expected);
  budget.entries.set(expected, entries);
  for (const [key, value] of entries) {
    if (!Object.hasOwn(actual, key)) return [key];
    const path = find(value, actual[key], budget);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}

/** Strings, numbers, booleans and null are looked up; only objects and arrays are compared with each other. */
function findItem(expected: readonly unknown[], actual: readonly unknown[], budget: Budget): string[] | undefined {
  spend(budget, actual.length);
  const values = new Set(actual);
  const inner = actual.filter((item) => typeof item === 'object' && item !== null);
  const missing = expected.findIndex((item) =>
    typeof item === 'object' && item !== null
      ? !inner.some((other) => find(item, other, budget) === undefined)
      : !values.has(item),
  );
  return missing < 0 ? undefined : [String(missing)];
}
