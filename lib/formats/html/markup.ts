/** Templates that escape what they are given, and the ways in which the page shows texts of others. */
import { html as template, raw } from 'hono/html';
import { oneLine } from '../../errors.ts';

/** HTML that needs no escaping. */
export type Markup = ReturnType<typeof raw>;
type Value = string | number | Markup | undefined | readonly Markup[];

/**
 * HTML from a template: strings and numbers in it are escaped, markup is not, and `undefined` leaves nothing. The line
 * breaks of the template and the spaces after them are left out. It is not called `html`, since Prettier would then add
 * line breaks, also inside the script, whose hash is in the policy.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const made = template(
    compact(strings),
    ...values.map((value) => (typeof value === 'string' ? harmless(value) : value)),
  );
  if (made instanceof Promise) throw new TypeError('a template of the page has to wait for a value');
  return made;
}

/** Most texts have nothing else, and this is quick to see. */
const PLAIN = /^[ -~]*$/;
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

function harmless(text: string): string {
  return PLAIN.test(text) ? text : text.toWellFormed().replace(CONTROLS, ' ');
}

const compacted = new WeakMap<TemplateStringsArray, TemplateStringsArray>();

function compact(strings: TemplateStringsArray): TemplateStringsArray {
  const known = compacted.get(strings);
  if (known !== undefined) return known;
  const texts = strings.map((text) => text.replace(/\n\s*/g, ''));
  const made = Object.assign(texts, { raw: texts });
  compacted.set(strings, made);
  return made;
}

/** Markup that is known to be safe, since it is a part of the program. */
export { raw };

/** A name or a message of others: on one line, and isolated, so that its direction changes nothing beside it. */
export function foreign(text: string): Markup {
  return markup`<bdi>${oneLine(text) || '–'}</bdi>`;
}

/** `a/b/c`, with places after each slash at which a line may break. */
export function pathMarkup(names: readonly string[]): Markup {
  const parts = names.map((name, index) => markup`${index === 0 ? undefined : SLASH}${foreign(name)}`);
  return markup`${parts.length === 0 ? foreign('') : parts}`;
}

const SLASH = raw('/<wbr>');

/** Parts with a text between them. */
export function joined(parts: readonly Markup[], separator: string): Markup {
  return markup`${parts.map((part, index) => markup`${index === 0 ? '' : separator}${part}`)}`;
}

/** Formats the values of figures: `1,234.5`. */
export const number = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/** `1 check`, `2 checks`. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `0.4 ms`, `12 ms`, `1.84 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`;
}
