#!/usr/bin/env node
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { didYouMean } from '../did-you-mean.ts';
import { CheckError } from '../errors.ts';
import { check } from './check.ts';
import { EXIT, UsageError } from './command.ts';
import type { Command, ExitCode, Terminal } from './command.ts';
import { ping } from './ping.ts';
import { serve } from './serve.ts';
import { token } from './token.ts';
import { validate } from './validate.ts';

const commands: readonly Command[] = [serve, check, validate, token, ping];

process.exitCode = await main(process.argv.slice(2), processTerminal());

async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') {
    terminal.out(`${packageJson.version}\n`);
    return EXIT.ok;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find((command) => command.name === rest[0]);
    terminal.out(asked === undefined ? help() : helpOf(asked));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = commands.find((command) => command.name === name);
  if (command === undefined) {
    const names = commands.map((command) => command.name);
    terminal.err(`healthgate: no command ${JSON.stringify(name)}${didYouMean(name, names)}\nSee healthgate --help.\n`);
    return EXIT.usage;
  }
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    const input = parseArgs({ args: rest, options, allowPositionals: true, strict: true });
    if (input.values.help === true) {
      terminal.out(helpOf(command));
      return EXIT.ok;
    }
    return await command.run(input, terminal);
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseError(error);
    if (!isUsage && !(error instanceof CheckError)) throw error;
    terminal.err(`healthgate ${name}: ${error.message}\n${isUsage ? `See healthgate ${name} --help.\n` : ''}`);
    return EXIT.usage;
  }
}

function help(): string {
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}\n`).join('');
  return `healthgate ${packageJson.version}: one URL that tells whether every part of a stack works

Usage: healthgate COMMAND [OPTION…]

${list}
  healthgate COMMAND --help tells more; --version prints the version.
  Exit codes: 0 working or degraded, 1 failing, 2 usage or configuration.
`;
}

function helpOf({ name, summary, usage, details }: Command): string {
  return `Usage: healthgate ${name} ${usage}\n\n${summary}.\n\n${details}\n`;
}

function isParseError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function processTerminal(): Terminal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The second one ends the process at once.
    process.once(signal, () => {
      controller.abort();
    });
  }
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isInteractive: stdout.isTTY && stderr.isTTY,
    rows: stdout.isTTY ? stdout.rows : 24,
    columns: stdout.isTTY ? stdout.columns : 80,
    env: process.env,
    signal: controller.signal,
  };
}
