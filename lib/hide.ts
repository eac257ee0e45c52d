import type { Pace } from './pace.ts';
import { spellingsOf } from './spellings.ts';

/** A shorter text is not treated as a secret: hiding it would make texts unreadable. */
const MIN_SECRET_LENGTH = 4;
const MASK = '***';
/** Ends a text that was cut off. */
const CUT = '…';

/** @param shown Secrets that may be shown this time. */
export type Hide = (text: string, shown?: readonly string[]) => string;

/**
 * Replaces secrets by `***`, and several that overlap by one. Also where a secret was encoded, put on one line, or in
 * lower case as host names are, and where its end was cut off.
 */
export function hideAll(secrets: readonly string[]): Hide {
  const index = indexes.get(secrets) ?? indexOf(secrets);
  if (index.size === 0) return (text) => text;
  return (text, shown = []) => {
    let hidden = '';
    /** Where the last secret ends. */
    let end = 0;
    for (let at = 0; at + MIN_SECRET_LENGTH <= text.length; at += 1) {
      const alike = index.get(text.slice(at, at + MIN_SECRET_LENGTH));
      const length = alike === undefined ? 0 : lengthAt(text, at, alike, shown);
      if (length === 0) continue;
      if (at >= end) hidden += text.slice(end, at) + MASK;
      end = Math.max(end, at + length);
    }
    return hidden + text.slice(end);
  };
}

/** Secrets of each length. There may be thousands of them, so they are found by their beginnings and lengths. */
type Alike = ReadonlyMap<number, ReadonlySet<string>>;

/** The secrets, by their first characters. */
type Index = ReadonlyMap<string, Alike>;
type MutableIndex = Map<string, Map<number, Set<string>>>;

/** Kept for as long as the lists of secrets are, since every run of a namespace needs the same one. */
const indexes = new WeakMap<readonly string[], Index>();

/** Makes `hideAll` quick for this list. For thousands of secrets it takes a while, so it works in portions. */
export async function prepareToHide(secrets: readonly string[], pace: Pace): Promise<void> {
  const index: MutableIndex = new Map();
  for (const secret of secrets) {
    add(secret, index);
    await pace();
  }
  indexes.set(secrets, index);
}

function indexOf(secrets: readonly string[]): Index {
  const index: MutableIndex = new Map();
  for (const secret of secrets) add(secret, index);
  indexes.set(secrets, index);
  return index;
}

function add(secret: string, index: MutableIndex): void {
  for (const spelling of spellingsOf(secret)) {
    if (spelling.length < MIN_SECRET_LENGTH) continue;
    const beginning = spelling.slice(0, MIN_SECRET_LENGTH);
    const alike = index.get(beginning) ?? new Map<number, Set<string>>();
    index.set(beginning, alike);
    alike.set(spelling.length, (alike.get(spelling.length) ?? new Set()).add(spelling));
  }
}

/** The length of the longest secret that begins at this place of the text, or of what a cut left of one; or 0. */
function lengthAt(text: string, at: number, alike: Alike, shown: readonly string[]): number {
  let longest = 0;
  for (const [length, secrets] of alike) {
    const found = text.slice(at, at + length);
    if (length > longest && secrets.has(found) && !shown.includes(found)) longest = length;
  }
  if (longest > 0) return longest;
  const cut = text.indexOf(CUT, at);
  const left = cut === -1 ? '' : text.slice(at, cut);
  const isCutSecret = left !== '' && anyOf(alike, (secret) => secret.startsWith(left) && !shown.includes(secret));
  return isCutSecret ? left.length : 0;
}

function anyOf(alike: Alike, test: (secret: string) => boolean): boolean {
  for (const secrets of alike.values()) for (const secret of secrets) if (test(secret)) return true;
  return false;
}
