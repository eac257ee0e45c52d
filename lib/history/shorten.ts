/** Makes less of what is too large to be kept: of its words, and of lists that only explain. What is counted stays. */
import { shortLine } from '../errors.ts';

/** Changes a value while it is written as JSON: a replacer of `JSON.stringify`. */
type Replacer = (key: string, value: unknown) => unknown;

interface Limits {
  /** Characters of a text. */
  readonly text: number;
  /** Elements of a list that only explains. */
  readonly list?: number;
  /** Stretches of time of each check that are told one by one. */
  readonly troubles?: number;
  /** Whether how long checks took is left out. */
  readonly withoutTimes?: true;
}

const LEVELS: readonly Limits[] = [
  { text: 100, list: 100 },
  { text: 40, list: 20 },
  { text: 40, list: 20, troubles: 8 },
  { text: 0, list: 5, troubles: 3 },
  { text: 0, list: 0, troubles: 0 },
  { text: 0, list: 0, troubles: 0, withoutTimes: true },
];

const TEXTS = new Set(['error', 'runbook', 'text']);
const LISTS = new Set(['consequences', 'notUp', 'causes']);

/** From nothing left out to very much. */
export const SHORTER: readonly (Replacer | undefined)[] = [undefined, ...LEVELS.map(replacer)];

/** `Array.isArray` would make of it a list of `any`. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function replacer({ text, list = Infinity, troubles = Infinity, withoutTimes }: Limits): Replacer {
  return (key, value) => {
    if (TEXTS.has(key) && typeof value === 'string') return text === 0 ? undefined : shortLine(value, text);
    if (!isList(value)) return value;
    if (LISTS.has(key)) return value.slice(0, list);
    if (key === 'troubles') return value.slice(value.length - Math.min(value.length, troubles));
    return key === 'times' && withoutTimes ? [] : value;
  };
}
