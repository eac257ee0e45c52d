import { publicNamespaceIn } from '../compose.ts';
import { oneLine } from '../errors.ts';
import type { Problem } from '../problem.ts';
import { EXIT, oneOfOption, UsageError } from './command.ts';
import type { Command } from './command.ts';
import { inspect } from './inspected.ts';
import type { Inspected } from './inspected.ts';

const FORMATS = ['text', 'json'] as const;

export const validate: Command = {
  arguments: [
    {
      name: 'FILE…',
      help: "a namespace's document (.json, .jsonc, .yaml, .yml),\na folder of them, a vault, or - for JSON",
    },
  ],
  options: { format: { type: 'string', value: 'FORMAT', help: 'text or json (text)', words: FORMATS } },
  notes: `Of a file or a folder, references to secrets are checked for their form only. Of a vault such as file:vault,
the secrets are read too. Exit code 0 without a mistake, 2 with any. A note is no mistake.`,
  example: 'healthgate validate vault/*.json',

  async run(input, terminal) {
    const { signal, env } = terminal;
    const { positionals } = input;
    const format = oneOfOption(input, 'format', FORMATS);
    if (positionals.length === 0) throw new UsageError('which file?');
    const all: Inspected[] = [];
    for (const target of positionals) {
      for await (const inspected of inspect(target, { signal, publicNamespace: publicNamespaceIn(env) })) {
        all.push(inspected);
        if (format === 'text') terminal.out(textOf(inspected));
      }
    }
    if (format === 'json') {
      const files = all.map(({ name, problems, notes }) => ({
        file: name,
        problems,
        ...(notes.length > 0 && { notes }),
      }));
      terminal.out(`${JSON.stringify(files, null, 2)}\n`);
    }
    return all.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.usage;
  },
};

function textOf({ name, problems, notes }: Inspected): string {
  const found = problems.length === 0 ? [`${name}: ok`] : problems.map((problem) => lineOf(name, problem));
  return [...found, ...notes.map((note) => `${name}: note: ${note}`)].map((line) => `${line}\n`).join('');
}

/** As compilers write it, so that editors find the place. Names may contain control sequences of a terminal. */
export function lineOf(file: string, { path, message, line, column }: Problem): string {
  const place = line === undefined ? file : `${file}:${String(line)}:${String(column ?? 1)}`;
  return `${place}: ${oneLine(path === '' ? message : `${path}: ${message}`)}`;
}
