/**
 * What a URL of a server may say, as tables: the schemes and the parameters of each kind of server. A parameter is
 * honoured, harmless or refused, and a table says how, why or what to write instead. The docs are made from the tables.
 */
import type { Draft } from './draft.ts';
import { UrlMistake } from './mistake.ts';

/** A parameter of a URL. */
export interface Parameter {
  /** Its spellings. Upper or lower case, hyphens and underscores make no difference. */
  readonly names: readonly string[];
  readonly fate: 'honoured' | 'harmless' | 'refused';
  /** Honoured: what it does. Harmless: why nothing depends on it. Refused: what to write instead. */
  readonly words: string;
  /**
   * Honoured: adds the value to what was read.
   *
   * @throws UrlMistake, whose message follows the name of the parameter: `must be a number`.
   */
  readonly read?: (value: string, draft: Draft) => void;
}

/** How the URLs of one kind of server are written. */
export interface Dialect {
  /** The schemes, without `://`. A SQLAlchemy driver may follow (`+psycopg2`), and `jdbc:` may precede. */
  readonly schemes: Readonly<Record<string, Scheme>>;
  /** Whether `jdbc:` may precede a scheme, and `+driver` may follow it. */
  readonly hasDrivers?: boolean;
  /** The schemes that a message names. */
  readonly example: string;
  /** The default ports of a check without a URL: without TLS, and with it. */
  readonly ports: readonly [number, number];
  /** Whether several hosts, separated by commas, are understood. */
  readonly isHostList: boolean;
  readonly parameters: readonly Parameter[];
  /** What happens to a parameter that is not in the table; it is refused unless given. */
  readonly others?: Omit<Parameter, 'names' | 'read'> & {
    readonly read: (name: string, value: string, draft: Draft) => void;
  };
  /** Reads the path, which is not decoded and has no leading slash. */
  readonly path: (path: string, draft: Draft) => void;
  /** Has the last word, once the whole URL is read. */
  readonly finish?: (draft: Draft) => void;
}

/** What a scheme alone says. */
export interface Scheme {
  readonly port: number;
  /** Whether it means TLS. */
  readonly tls?: boolean;
  /** Whether its path is that of a Unix socket. */
  readonly isSocket?: boolean;
}

type Read = NonNullable<Parameter['read']>;

/** A parameter that is honoured. The names are separated by spaces. */
export function honoured(names: string, words: string, read: Read): Parameter {
  return { names: names.split(' '), fate: 'honoured', words, read };
}

/** Parameters that change nothing for a check. */
export function harmless(names: string, words: string): Parameter {
  return { names: names.split(' '), fate: 'harmless', words };
}

/** Parameters that would change something, and what to write instead. */
export function refused(names: string, words: string): Parameter {
  return { names: names.split(' '), fate: 'refused', words };
}

/** One of some words, in upper or lower case. */
export function oneOf<T>(words: Readonly<Record<string, T>>, value: string): T {
  const word = value.toLowerCase();
  if (!Object.hasOwn(words, word)) throw new UrlMistake(`must be one of ${Object.keys(words).join(', ')}`);
  return words[word] as T;
}

const BOOLEANS = { true: true, false: false, 1: true, 0: false, yes: true, no: false, on: true, off: false };

export function booleanIn(value: string): boolean {
  return oneOf(BOOLEANS, value);
}

/** @throws UrlMistake unless it is a whole number within the bounds. */
export function numberIn(value: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
  if (!(number >= min && number <= max)) throw new UrlMistake(`must be a number from ${min} to ${max}`);
  return number;
}

/** A parameter that is honoured only where it asks for what happens anyway. */
export function only(names: string, values: readonly string[], words: string): Parameter {
  return honoured(names, words, (value) => {
    if (!values.includes(value.toLowerCase())) throw new UrlMistake(`must be ${values.join(' or ')}: ${words}`);
  });
}
