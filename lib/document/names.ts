/** Names from a document, as messages and paths show them. */
import { oneLine } from '../errors.ts';

/** Most characters of the name of a group or check. */
export const MAX_NAME_LENGTH = 200;

/** A name for a message: on one line, and not longer than a name may be. */
export function shortName(name: string): string {
  return oneLine(name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH).toWellFormed()}…` : name);
}
