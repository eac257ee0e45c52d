/** A shorter text is not treated as a secret: hiding it would make texts unreadable. */
const MIN_SECRET_LENGTH = 4;

/** @param shown Secrets that may be shown this time. */
export type Hide = (text: string, shown?: readonly string[]) => string;

/**
 * Replaces secrets by `***`, and several that overlap by one. There may be thousands of them, so they are found by
 * their beginnings.
 */
export function hideAll(secrets: Iterable<string>): Hide {
  const byBeginning = new Map<string, string[]>();
  for (const secret of new Set(secrets)) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    const beginning = secret.slice(0, MIN_SECRET_LENGTH);
    const others = byBeginning.get(beginning);
    if (others === undefined) byBeginning.set(beginning, [secret]);
    else others.push(secret);
  }
  if (byBeginning.size === 0) return (text) => text;
  for (const alike of byBeginning.values()) alike.sort((a, b) => b.length - a.length);

  return (text, shown = []) => {
    let hidden = '';
    /** Where the last secret ends. */
    let end = 0;
    for (let at = 0; at + MIN_SECRET_LENGTH <= text.length; at += 1) {
      const alike = byBeginning.get(text.slice(at, at + MIN_SECRET_LENGTH));
      const secret = alike?.find((one) => text.startsWith(one, at) && !shown.includes(one));
      if (secret === undefined) continue;
      if (at >= end) hidden += `${text.slice(end, at)}***`;
      end = Math.max(end, at + secret.length);
    }
    return hidden + text.slice(end);
  };
}
