/** Writes JSON that is harmless wherever it is shown: in a terminal, in a log, in a page. */

/** Characters that JSON may contain as they are, and that change how the text around them is shown. */
const CONTROLS = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Most reports have none of them, and this is quick to see. */
const UNUSUAL = /[^\n -~]/;

/**
 * JSON. Control characters, also those that turn the direction of writing, are escaped.
 *
 * @param indent Spaces for each level; on one line unless given.
 */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return UNUSUAL.test(text) ? text.replace(CONTROLS, escaped) : text;
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
