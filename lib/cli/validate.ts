import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { text } from 'node:stream/consumers';
import { inspectDocument } from '../document/inspect.ts';
import { MAX_DOCUMENT_BYTES } from '../document/json.ts';
import { NAMESPACE } from '../document/tokens.ts';
import { codeOf, oneLine } from '../errors.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { EXIT, UsageError } from './command.ts';
import type { Command } from './command.ts';

export const validate: Command = {
  arguments: [{ name: 'FILE…', help: "a namespace's document; - for standard input" }],
  options: {},
  notes: `The form of references to secrets is checked; the secrets are not read.
Exit code 0 without mistakes, 2 with any.`,
  example: 'healthgate validate vault/*.json',

  async run({ positionals }, terminal) {
    if (positionals.length === 0) throw new UsageError('which file?');
    let mistakes = 0;
    for (const file of positionals) {
      const problems = await problemsOf(file);
      mistakes += problems.length;
      const lines = problems.map((problem) => `${lineOf(file, problem)}\n`);
      terminal.out(lines.length === 0 ? `${file}: ok\n` : lines.join(''));
    }
    return mistakes === 0 ? EXIT.ok : EXIT.usage;
  },
};

/** As compilers write it, so that editors find the place. Names may contain control sequences of a terminal. */
export function lineOf(file: string, { path, message, line, column }: Problem): string {
  const place = line === undefined ? file : `${file}:${String(line)}:${String(column ?? 1)}`;
  return `${place}: ${oneLine(path === '' ? message : `${path}: ${message}`)}`;
}

async function problemsOf(file: string): Promise<readonly Problem[]> {
  try {
    const name = basename(file, extname(file));
    const { problems } = await inspectDocument(NAMESPACE.test(name) ? name : '', await readText(file));
    return problems;
  } catch (error) {
    if (error instanceof DocumentError) return error.problems;
    if (codeOf(error) !== undefined) return [{ path: '', message: `cannot be read: ${String(codeOf(error))}` }];
    throw error;
  }
}

/** A file that is too large for a document is not read at all. */
async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  const { size } = await stat(file);
  if (size > MAX_DOCUMENT_BYTES) throw new DocumentError(`larger than ${String(MAX_DOCUMENT_BYTES)} bytes`);
  return readFile(file, 'utf8');
}
