/** What a shell completes, in the form in which the scripts need it. */
import type { Command, CommandEntry, Option } from '../command.ts';

export interface Completed extends Pick<CommandEntry, 'name' | 'summary'> {
  readonly options: readonly (Value & { readonly help: string; readonly takesValue: boolean })[];
  /** What may follow the command. All are one: where an optional one is left out, the next takes its place. */
  readonly positional: Value;
}

export interface Value {
  /** `--format`, or what the help calls the arguments. */
  readonly name: string;
  /** The values that are known. */
  readonly words: readonly string[];
  readonly isFile: boolean;
}

/** Makes a script from the commands. */
export type Shell = (commands: readonly Completed[]) => string;

const HELP: Option = { type: 'boolean', help: 'show the help of the command' };

export function completedOf({ name, summary }: CommandEntry, command: Command): Completed {
  const names = command.arguments.map((argument) => argument.name).join(' ');
  return {
    name,
    summary,
    options: Object.entries({ ...command.options, help: HELP }).map(([option, { value = '', words = [], help }]) => ({
      name: `--${option}`,
      words,
      isFile: isFile(value),
      takesValue: value !== '',
      help: help.split('\n')[0] ?? '',
    })),
    positional: {
      name: names,
      words: command.arguments.flatMap(({ words = [] }) => words),
      isFile: isFile(names),
    },
  };
}

function isFile(placeholder: string): boolean {
  return /FILE|DIR/.test(placeholder);
}

/** The text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
