/** Finds every mistake in the parameters of serverless.yml, before anything is built or deployed. */
import { didYouMean } from '../lib/did-you-mean.ts';
import { namespaceOf } from '../lib/document/tokens.ts';
import { mistakesInEnv, mistakesInVariables } from './document-env.ts';
import { LISTS, NEEDED, OF_HASHICORP, OF_HISTORY, ON_AWS, PAIRS, TEXTS } from './parameter-rules.ts';
import type { Rule } from './parameter-rules.ts';

/** The values of all parameters, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** A value that is still a variable of osls can only be checked when osls has resolved it. */
const VARIABLE = '${';

/** The items of a list, which may also be one string with commas. */
export function itemsOf(value: unknown): string[] {
  const items: unknown[] = Array.isArray(value) ? value : textOf(value).split(',');
  return items.map(textOf).filter((item) => item !== '');
}

/** A single value. YAML also has numbers and booleans: `off` is one in YAML 1.1. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : '';
}

/**
 * Every mistake in the values of parameters, each in one sentence. Values of osls' own variables are passed over.
 *
 * @param options.isOnAws False where the function runs on this machine, which may read files.
 */
export function mistakesIn(values: Values, { isOnAws }: { readonly isOnAws: boolean }): string[] {
  return [
    ...Object.entries(LISTS).flatMap(([name, { expected, fits }]) =>
      itemsOf(values[name]).flatMap((item) => {
        if (item === '*') return [`${name}: expected each resource by its name, got *`];
        return item.includes(VARIABLE) || fits(item) ? [] : [mistake(name, expected, item)];
      }),
    ),
    ...Object.entries(TEXTS).flatMap(([name, given]) => mistakeInText(name, given, values[name])),
    ...mistakesInEnv(itemsOf(values.env)),
    ...mistakesInVariables(itemsOf(values.variables), itemsOf(values.env)),
    ...(isOnAws && /^file:/.test(textOf(values.vault)) ? [fileVault(textOf(values.vault))] : []),
    ...mistakesTogether(values),
  ];
}

function mistakeInText(name: string, { expected, fits }: Rule, value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return [mistake(name, expected, value)];
  const text = textOf(value);
  if (text.includes(VARIABLE) || (text === '' ? !NEEDED.includes(name) : fits(text))) return [];
  return [mistake(name, expected, text)];
}

function mistake(name: string, expected: string, given: unknown): string {
  return `${name}: expected ${expected}, got ${shown(given)}`;
}

function shown(given: unknown): string {
  if (given === '') return 'nothing';
  // The terminal or a log of the build may keep what is shown.
  if (typeof given === 'string' && namespaceOf(given) !== undefined) return 'a token itself';
  return JSON.stringify(given);
}

function fileVault(given: string): string {
  const reason = 'the function on AWS cannot read files of this machine';
  return `vault: expected ${ON_AWS}, got ${JSON.stringify(given)}: ${reason}`;
}

function mistakesTogether(values: Values): string[] {
  const isGiven = (name: string) => itemsOf(values[name]).length > 0;
  const alone = PAIRS.flatMap(([one, other]) => {
    if (isGiven(one) === isGiven(other)) return [];
    const [given, missing] = isGiven(one) ? [one, other] : [other, one];
    return [`${missing}: expected a value, because ${given} is set, got nothing`];
  });
  const isRecorded = /^(?:on$|\$\{)/.test(textOf(values.history));
  const unused = OF_HISTORY.filter((name) => !isRecorded && isGiven(name)).map(
    (name) => `${name}: expected nothing, because history is off`,
  );
  const vault = textOf(values.vault);
  if (vault.startsWith(VARIABLE)) return [...alone, ...unused];
  const isHashicorp = vault.startsWith('hashicorp:');
  const around = Object.entries(OF_HASHICORP).flatMap(([name, isNeeded]) => {
    if (isHashicorp && isNeeded && !isGiven(name))
      return [`${name}: expected ${TEXTS[name]?.expected ?? 'a value'}, because vault is ${vault}, got nothing`];
    if (!isHashicorp && isGiven(name))
      return [`${name}: expected nothing, because vault is ${vault} and not a HashiCorp vault`];
    return [];
  });
  return [...alone, ...unused, ...around];
}

/** osls ignores unknown parameters, so a misspelt permission would be noticed only when a check needs it. */
export function unknownIn(names: readonly string[], known: readonly string[]): string[] {
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map((name) => `${name}: unknown parameter${didYouMean(name, known)}`);
}
