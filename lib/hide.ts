/** A shorter text is not treated as a secret: hiding it would make texts unreadable. */
const MIN_SECRET_LENGTH = 4;

/** @param shown Secrets that may be shown this time. */
export type Hide = (text: string, shown?: readonly string[]) => string;

/**
 * Replaces secrets by `***`, and several that overlap by one. There may be thousands of them, so they are found by
 * their beginnings and lengths.
 */
export function hideAll(secrets: Iterable<string>): Hide {
  const byBeginning = new Map<string, Map<number, Set<string>>>();
  for (const secret of new Set(secrets)) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    const beginning = secret.slice(0, MIN_SECRET_LENGTH);
    const byLength = byBeginning.get(beginning) ?? new Map<number, Set<string>>();
    byBeginning.set(beginning, byLength);
    byLength.set(secret.length, (byLength.get(secret.length) ?? new Set()).add(secret));
  }
  if (byBeginning.size === 0) return (text) => text;

  /** The length of the longest secret that begins at this place of the text, or 0. */
  const lengthAt = (text: string, at: number, shown: readonly string[]): number => {
    let longest = 0;
    for (const [length, alike] of byBeginning.get(text.slice(at, at + MIN_SECRET_LENGTH)) ?? []) {
      if (length <= longest) continue;
      const found = text.slice(at, at + length);
      if (alike.has(found) && !shown.includes(found)) longest = length;
    }
    return longest;
  };
  return (text, shown = []) => {
    let hidden = '';
    /** Where the last secret ends. */
    let end = 0;
    for (let at = 0; at + MIN_SECRET_LENGTH <= text.length; at += 1) {
      const length = lengthAt(text, at, shown);
      if (length === 0) continue;
      if (at >= end) hidden += `${text.slice(end, at)}***`;
      end = Math.max(end, at + length);
    }
    return hidden + text.slice(end);
  };
}
