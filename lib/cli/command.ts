/** The interface of a command of the command line. */
import { didYouMean } from '../did-you-mean.ts';

/** An option, for the parser and the help. */
export interface Option {
  readonly type: 'string' | 'boolean';
  /** The placeholder for the value in the help: `SECONDS`. Only for options that take a value. */
  readonly value?: string;
  /** Its purpose and its default. Further lines are indented below the first. */
  readonly help: string;
  /** The values that it takes, if they are known, for completion. */
  readonly words?: readonly string[];
  /** What it takes, if that is a number. */
  readonly number?: Bounds<number | undefined>;
  /** What gives it a meaning, unless everything does: one of these options (`--add`) or first arguments (`start`). */
  readonly onlyWith?: readonly string[];
  /** The options that leave it without a meaning. */
  readonly notWith?: readonly string[];
}

/** The numbers that an option takes, and the one that it has unless it is given. */
export interface Bounds<Preset> {
  readonly preset: Preset;
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

export interface Argument {
  /** The name in the usage line: `URL`, `FILE…`. */
  readonly name: string;
  readonly help: string;
  /** The words that it takes, if they are known, for completion. */
  readonly words?: readonly string[];
}

export interface Command {
  readonly arguments: readonly Argument[];
  readonly options: Readonly<Record<string, Option>>;
  /** Further notes, in wrapped lines. */
  readonly notes: string;
  readonly example: string;
  /** @returns The exit code. Throws a `UsageError` for invalid arguments. */
  run(input: Input, terminal: Terminal): Promise<ExitCode>;
}

/** A command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

export interface Input {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined | readonly (string | boolean)[]>>;
}

/** Asks a question and resolves with the answer. */
export type Ask = (question: string) => Promise<string>;

/** Everything that a command uses of its environment, so that tests can replace it. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether standard output and error are a terminal, whose lines can be rewritten. */
  readonly isInteractive: boolean;
  /** Undefined if nobody is there to answer. */
  readonly ask?: Ask | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A shell reports 130 for a program that Ctrl-C ended: https://tldp.org/LDP/abs/html/exitcodes.html */
export const EXIT = { ok: 0, failing: 1, usage: 2, calledOff: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The arguments are invalid. The message names the argument and what is expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The value of an option that takes text. */
export function stringOf(input: Input, name: string): string | undefined {
  const value = input.values[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * The value of an option that takes a number.
 *
 * @throws UsageError if it is not a number, or is out of bounds.
 */
export function numberOf<Preset extends number | undefined>(
  input: Input,
  name: string,
  { preset, min, max, integer = false }: Bounds<Preset>,
): number | Preset {
  const text = stringOf(input, name);
  if (text === undefined) return preset;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
  const kind = integer ? 'a whole number' : 'a number';
  throw new UsageError(`--${name}: expected ${kind} from ${String(min)} to ${String(max)}`);
}

/**
 * The value of an option that takes one of some words; the first of them unless it is given.
 *
 * @throws UsageError that names the word that was probably meant.
 */
export function oneOfOption<const Word extends string>(
  input: Input,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const given = stringOf(input, name) ?? words[0];
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  const hint = didYouMean(given, words);
  throw new UsageError(`--${name}: unknown ${name} ${JSON.stringify(given)}${hint}; expected ${words.join(' or ')}`);
}
