/** Guesses what the author of a mistake meant. Every hint begins with a semicolon, or is empty. */
import { didYouMean } from '../did-you-mean.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60 };
const DURATION = /^(?<amount>\d{1,9}(?:\.\d{1,9})?) ?(?<unit>ms|s(?:ec)?|m(?:in)?)$/i;

/** From here on, a round number that is too large for seconds is taken for milliseconds. */
const LIKELY_MILLISECONDS = 100;

/** `"2s"`, or 2000 where seconds are expected. */
export function secondsHint(value: unknown, max: number): string {
  const seconds = secondsIn(value);
  if (seconds === undefined || seconds <= 0 || seconds > max) return '';
  return `; did you mean ${String(Number(seconds.toPrecision(6)))}? It is in seconds`;
}

function secondsIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= LIKELY_MILLISECONDS && value % 10 === 0 ? value / 1000 : undefined;
  const { amount, unit = '' } = DURATION.exec(typeof value === 'string' ? value : '')?.groups ?? {};
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit.toLowerCase()] ?? 1);
}

/** A number or a boolean in quotes. The value itself is not repeated. */
export function quotesHint(expected: string, value: unknown): string {
  if (typeof value !== 'string') return '';
  const isNumber = expected === 'number' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value);
  const isBoolean = expected === 'boolean' && /^(?:true|false)$/.test(value);
  return isNumber || isBoolean ? '; remove the quotes' : '';
}

const REFERENCE_KEYS = ['secret', 'key', 'env'];
const MAX_REFERENCE_KEYS = 3;

/** An object in place of a string whose keys resemble those of a reference: `{"secrets": "prod/db"}`. */
export function referenceHint(keys: readonly string[]): string {
  if (keys.length > MAX_REFERENCE_KEYS) return '';
  for (const key of keys) {
    const meant = REFERENCE_KEYS.includes(key) ? '' : didYouMean(key, REFERENCE_KEYS);
    if (meant !== '') return ` with the unknown key ${key}${meant}`;
  }
  return '';
}

/**
 * A value directly in a group, as when `kind` is misspelt or missing: then the object is a group, not a check.
 *
 * @param isKind Whether a name is a kind's.
 * @param isKey  Whether a name is a key of any kind.
 */
export function strayHint(
  name: string,
  value: unknown,
  { isKind, isKey }: { isKind: (name: string) => boolean; isKey: (name: string) => boolean },
): string {
  if (name === 'kind') return '; the kind must be a string';
  if (typeof value === 'string' && (isKind(value) || didYouMean(name, ['kind']) !== '')) return '; did you mean kind?';
  return isKey(name) ? '; an object without a kind is a group' : '';
}
