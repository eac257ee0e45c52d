/** Phrases of which the messages of several kinds are made. */

const MAX_NAMES = 5;

/** At most five names. */
export function list(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}

/** `1 message`, `7 messages`. */
export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
