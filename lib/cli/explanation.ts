/** What the help and the shells say of an option. */
import type { Option } from './command.ts';

/** Its purpose, with what gives it a meaning before it, and the numbers that it takes behind it. */
export function explanationOf({ help, onlyWith, number }: Option): string {
  const place = onlyWith === undefined ? '' : `with ${onlyWith.join(' or ')}: `;
  return `${place}${help}${number === undefined ? '' : rangeOf(number)}`;
}

/** `; from 1 to 2160 (24)`. */
function rangeOf({ min, max, preset }: NonNullable<Option['number']>): string {
  return `; from ${String(min)} to ${String(max)}${preset === undefined ? '' : ` (${String(preset)})`}`;
}
