/** What a shell completes, in the form in which the scripts need it. */
import type { Command, CommandEntry, Option } from '../command.ts';
import { explanationOf } from '../explanation.ts';

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
    options: Object.entries<Option>({ ...command.options, help: HELP }).map(([name, option]) => ({
      name: `--${name}`,
      words: option.words ?? [],
      isFile: isFile(option.value ?? ''),
      takesValue: option.value !== undefined,
      help: explanationOf(option).split('\n')[0] ?? '',
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
