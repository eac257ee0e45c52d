#!/usr/bin/env node
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { didYouMean } from '../did-you-mean.ts';
import { CheckError } from '../errors.ts';
import { version } from '../version.ts';
import { refuseUseless } from './combinations.ts';
import { EXIT, UsageError } from './command.ts';
import type { CommandEntry, ExitCode, Terminal } from './command.ts';
import { commands } from './commands.ts';
import { help, helpOf } from './help.ts';
import { program } from './program.ts';

process.exitCode = await main(process.argv.slice(2), processTerminal());

async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v' || name === 'version') {
    terminal.out(`${version}\n`);
    return EXIT.ok;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find((command) => command.name === rest[0]);
    terminal.out(asked === undefined ? help() : helpOf(asked, await asked.load()));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const entry = commands.find((command) => command.name === name);
  if (entry !== undefined) return runCommand(entry, rest, terminal);
  const names = commands.map((command) => command.name);
  terminal.err(
    `healthgate: unknown command ${JSON.stringify(name)}${didYouMean(name, names)}\nSee ${program()} --help.\n`,
  );
  return EXIT.usage;
}

async function runCommand(entry: CommandEntry, args: string[], terminal: Terminal): Promise<ExitCode> {
  const { name } = entry;
  try {
    const command = await entry.load();
    const types = Object.entries(command.options).map(([option, { type }]) => [option, { type }] as const);
    const options = { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } } as const;
    refuseUnknown(args, options);
    const input = parseArgs({ args, options, allowPositionals: true, strict: true });
    if (input.values.help === true) {
      terminal.out(helpOf(entry, command));
      return EXIT.ok;
    }
    refuseUseless(command, input);
    return await command.run(input, terminal);
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseError(error);
    if (!isUsage && !(error instanceof CheckError)) throw error;
    terminal.err(`healthgate ${name}: ${error.message}\n${isUsage ? `See ${program()} ${name} --help.\n` : ''}`);
    return EXIT.usage;
  }
}

/** @throws UsageError that names the option that was probably meant, which `parseArgs` does not. */
function refuseUnknown(args: string[], options: NonNullable<ParseArgsConfig['options']>): void {
  const { tokens } = parseArgs({ args, options, allowPositionals: true, strict: false, tokens: true });
  const known = Object.keys(options);
  for (const token of tokens) {
    if (token.kind !== 'option' || known.includes(token.name)) continue;
    // `parseArgs` reads -port as -p -o -r -t.
    const given = (args[token.index] ?? token.rawName).replace(/=.*$/s, '');
    const name = given.replace(/^-+/, '');
    const hint = didYouMean(name, known) || beginningWith(name, known);
    throw new UsageError(`unknown option ${JSON.stringify(given)}${hint.replace('mean ', 'mean --')}`);
  }
}

/** The only option that the letter can stand for. */
function beginningWith(letter: string, known: readonly string[]): string {
  const [first, second] = letter.length === 1 ? known.filter((name) => name.startsWith(letter)) : [];
  return first === undefined || second !== undefined ? '' : `; did you mean ${first}?`;
}

function isParseError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function processTerminal(): Terminal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Only once: a second signal ends the process immediately.
    process.once(signal, () => {
      controller.abort();
    });
  }
  const { stdin, stdout, stderr } = process;
  const stop = () => {
    controller.abort();
  };
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isInteractive: stdout.isTTY && stderr.isTTY,
    ...(stdin.isTTY && {
      ask: async (question) => (await import('./ask.ts')).askOnTerminal(question, controller.signal, stop),
    }),
    rows: stdout.isTTY ? stdout.rows : 24,
    columns: stdout.isTTY ? stdout.columns : 80,
    env: process.env,
    signal: controller.signal,
  };
}
