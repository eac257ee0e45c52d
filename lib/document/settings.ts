/** The settings at the top level of a document. The JSON Schema is made from them too. */
import * as v from 'valibot';
import { MAX_SECONDS } from '../engine/deadline.ts';
import type { Problem } from '../problem.ts';
import { quotesHint, secondsHint } from './hints.ts';
import { isObject, toPlain, typeName } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { mistakesIn, unknownKeys } from './mistakes.ts';

/**
 * A top-level key of a document. A setting that a higher layer uses is passed in by that layer when it reads documents,
 * and the layer gets the value from the namespace.
 */
export interface Setting<T> {
  readonly key: string;
  readonly description: string;
  readonly schema: v.GenericSchema<unknown, T>;
  /** The value if the document does not set it. */
  readonly preset: T;
  /** A value as somebody might write it, for editors. */
  readonly example: T;
  /** The highest number of seconds, if the value is in seconds. */
  readonly maxSeconds?: number;
  /** What the value must be, for messages: `a number from 0 to 3600`. */
  readonly expected: string;
  /** The value that replaces an invalid one, and the words for that; the preset unless given. */
  readonly instead?: { readonly value: T; readonly words: string };
}

/** A setting of any type, for lists of settings. */
export type AnySetting = Setting<unknown>;

interface Bounds {
  readonly description: string;
  readonly preset: number;
  readonly example: number;
  readonly min: number;
  readonly max: number;
  readonly unit?: 'seconds';
}

function numberSetting(key: string, { description, preset, example, min, max, unit }: Bounds): Setting<number> {
  const schema = v.pipe(v.number(), v.minValue(min), v.maxValue(max));
  const expected = `a number from ${String(min)} to ${String(max)}`;
  return { key, description, schema, preset, example, expected, ...(unit && { maxSeconds: max }) };
}

export const timeout = numberSetting('timeout', {
  description: 'Seconds that a check may take, unless it sets its own timeout.',
  preset: 2,
  example: 3,
  min: 0.001,
  max: MAX_SECONDS,
  unit: 'seconds',
});

export const deadline = numberSetting('deadline', {
  description: 'Seconds that a whole run may take.',
  preset: 10,
  example: 8,
  min: 0.001,
  max: MAX_SECONDS,
  unit: 'seconds',
});

export const maxAge = numberSetting('max_age', {
  description: 'Seconds for which a report is shared by everyone who asks.',
  preset: 5,
  example: 15,
  min: 0,
  max: 3600,
  unit: 'seconds',
});

export const failingStatus = numberSetting('failing_status', {
  description: 'HTTP status of a failing report.',
  preset: 503,
  example: 500,
  min: 200,
  max: 599,
});

export const disabled: Setting<boolean> = {
  key: 'disabled',
  description: 'Whether the namespace answers as if it did not exist.',
  schema: v.boolean(),
  preset: false,
  example: true,
  expected: 'true or false',
  // The author meant to change something, so disabling the namespace is the safer choice.
  instead: { value: true, words: 'the namespace is disabled' },
};

/** The values of settings. Each has the type of its setting. */
export class Settings {
  readonly #values = new Map<string, unknown>();

  /** @param problems Mistakes in the settings are added to it. */
  constructor(document: JsonObject, settings: readonly AnySetting[], problems: Problem[]) {
    for (const setting of settings) this.#values.set(setting.key, read(document, setting, problems));
  }

  get<T>(setting: Setting<T>): T {
    // The value under this key was parsed by this setting's schema.
    return this.#values.has(setting.key) ? (this.#values.get(setting.key) as T) : setting.preset;
  }
}

function read(document: JsonObject, setting: AnySetting, problems: Problem[]): unknown {
  const { key, schema, preset, expected, instead, maxSeconds } = setting;
  const given = document.get(key);
  if (given === undefined) return preset;
  const value = isObject(given) ? withoutMistakes(given, setting, problems) : given;
  const parsed = v.safeParse(schema, toPlain(value));
  if (parsed.success) return parsed.output;
  const { value: used, words } = instead ?? { value: preset, words: `${String(preset)} is used` };
  const got = typeName(value) === typeName(preset) ? '' : `, got ${typeName(value)}`;
  const quotes = quotesHint(typeof preset, value);
  const hint = quotes === '' && maxSeconds !== undefined ? secondsHint(value, maxSeconds) : quotes;
  problems.push({ path: key, message: `expected ${expected}${got}; ${words}${hint}` });
  return used;
}

/** An object with known keys, without those of its members that are wrong. These are reported one by one. */
function withoutMistakes(object: JsonObject, { key, schema }: AnySetting, problems: Problem[]): JsonObject {
  const { entries } = schema as { readonly entries?: Readonly<Record<string, v.GenericSchema>> };
  if (entries === undefined) return object;
  const known = Object.keys(entries);
  const found = unknownKeys(object.keys(), known).map(({ path, message }) => {
    return { path, message: message === 'unknown key' ? `${message}; it may have ${known.join(', ')}` : message };
  });
  const right = new Map<string, Json>();
  for (const [name, value] of object) {
    const wanted = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (wanted === undefined) continue;
    const { success, issues = [] } = v.safeParse(wanted, toPlain(value));
    if (success) right.set(name, value);
    else found.push(...mistakesIn(issues).map((mistake) => ({ ...mistake, path: name })));
  }
  problems.push(...found.map(({ path, message }) => ({ path: path === '' ? key : `${key}.${path}`, message })));
  return right;
}
