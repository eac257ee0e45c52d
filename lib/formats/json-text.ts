/** Writes JSON that is harmless wherever it is shown: in a terminal, in a log, in a page. */

/** Characters that JSON may contain as they are, and that change how the text around them is shown. */
const CONTROLS = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** JSON on one line. Control characters, also those that turn the direction of writing, are escaped. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(CONTROLS, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
