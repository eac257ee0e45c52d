/** The help of the command line, made from the commands and their options. */
import { version } from '../version.ts';
import type { Command, CommandEntry, Option } from './command.ts';
import { commands } from './commands.ts';
import { explanationOf } from './explanation.ts';
import { program } from './program.ts';
import { wrapped } from './wrapped.ts';

const COLUMNS = 100;
const NO_BREAK = '\u00a0';

/** The column in which explanations begin. */
const INDENT = 20;

/** What `healthgate --help` prints. */
export function help(): string {
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}\n`).join('');
  return `healthgate ${version}: one URL that shows whether every part of a stack works

Usage: ${program()} COMMAND [OPTION…]

${list}
  ${program()} COMMAND --help shows more; --version prints the version.
  Exit codes: 0 working or degraded, 1 failing, 2 usage or configuration, 130 called off.
`;
}

/** What `healthgate COMMAND --help` prints. */
export function helpOf({ name, summary }: CommandEntry, command: Command): string {
  const options = Object.entries(command.options).map(([option, spec]) => ({ flag: flagOf(option, spec), ...spec }));
  // A line is not broken within an option: its spaces do not break until the end.
  const usage = [
    ...command.arguments.map((argument) => argument.name),
    ...options.map(({ flag }) => `[${flag.replace(' ', NO_BREAK)}]`),
  ].join(' ');
  const lines = [
    ...command.arguments.map((argument) => explained(argument.name, argument.help)),
    ...options.map(({ flag, ...option }) => explained(flag, explanationOf(option))),
  ].join('');
  const start = `Usage: ${program()} ${name} `;
  const head = wrapped(usage, { columns: COLUMNS, start }).replaceAll(NO_BREAK, ' ');
  const example = command.example.replace('healthgate', program());
  return `${head}\n${summary}.\n\n${lines}\n${command.notes}\n\nExample: ${example}\n`;
}

function flagOf(name: string, { value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function explained(name: string, help: string): string {
  const [first = '', ...more] = help.split('\n');
  const start = `  ${name}`;
  const gap = start.length < INDENT ? ' '.repeat(INDENT - start.length) : `\n${' '.repeat(INDENT)}`;
  return [start + gap + first, ...more.map((line) => ' '.repeat(INDENT) + line)].map((line) => `${line}\n`).join('');
}
