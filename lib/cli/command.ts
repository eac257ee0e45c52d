/** What a command of the command line is. */
/** An option as it is parsed, and as the help shows it. */
export interface Option {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help: `SECONDS`. For options that take one. */
  readonly value?: string;
  /** What it is for, and its default. Further lines are indented below the first. */
  readonly help: string;
}

export interface Argument {
  /** As the usage shows it: `URL`, `FILE…`. */
  readonly name: string;
  readonly help: string;
}

export interface Command {
  readonly arguments: readonly Argument[];
  readonly options: Readonly<Record<string, Option>>;
  /** What else there is to know, in lines. */
  readonly notes: string;
  readonly example: string;
  /** @returns The exit code. Throws a `UsageError` for arguments that make no sense. */
  run(input: Input, terminal: Terminal): Promise<ExitCode>;
}

export interface Input {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined | readonly (string | boolean)[]>>;
}

/** What a command sees of the world, so that tests can look on. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether standard output is a terminal, whose lines can be rewritten. */
  readonly isInteractive: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C, or by a request to end. */
  readonly signal: AbortSignal;
}

/** 130 is what a shell reports of a program that Ctrl-C ended: https://tldp.org/LDP/abs/html/exitcodes.html */
export const EXIT = { ok: 0, failing: 1, usage: 2, calledOff: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The arguments make no sense. The message says which, and what would. */
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
 * @throws UsageError where it is no number, or out of bounds.
 */
export function numberOf(
  input: Input,
  name: string,
  { preset, min, max, integer = false }: { preset: number; min: number; max: number; integer?: boolean },
): number {
  const text = stringOf(input, name);
  if (text === undefined) return preset;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
  const kind = integer ? 'a whole number' : 'a number';
  throw new UsageError(`--${name}: expected ${kind} from ${String(min)} to ${String(max)}`);
}
