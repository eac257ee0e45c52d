/**
 * `npm run deploy` and `npm run package`: checks the parameters, builds, and hands over to osls. osls itself would tell
 * a mistake only after the build, and with a stack.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { mistakesIn, textOf, unknownIn } from './parameter-checks.ts';
import type { Values } from './parameter-checks.ts';

const USAGE = 2;
const DEFAULT_STAGE = 'dev';

interface Assignment {
  readonly name: string;
  readonly value: string;
}

const [command = '', ...args] = process.argv.slice(2);
const mistakes = mistakesInArguments(args);
if (mistakes.length > 0) {
  for (const mistake of mistakes) process.stderr.write(`${command}: ${mistake}\n`);
  process.stderr.write('The parameters are in serverless.yml and docs/deploy.md.\n');
  process.exitCode = USAGE;
} else {
  await import('./build.ts');
  process.exitCode = runOsls([command, ...args]);
}

function mistakesInArguments(args: string[]): string[] {
  const { values } = parseArgs({
    args,
    options: { param: { type: 'string', multiple: true }, stage: { type: 'string', short: 's' } },
    strict: false, // the others are those of osls
  });
  const assignments = (values.param ?? []).map((text) => assignmentOf(String(text)));
  const broken = assignments.filter((assignment) => typeof assignment === 'string');
  const given = assignments.filter((assignment) => typeof assignment !== 'string');
  const stage = textOf(values.stage) || DEFAULT_STAGE;
  const params = (parse(readFileSync('serverless.yml', 'utf8')) as { params: Readonly<Record<string, Values | null>> })
    .params;
  const defaults = params.default ?? {};
  const ofStage = params[stage] ?? {};
  const all = { ...defaults, ...ofStage, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) };
  const names = [
    ...Object.values(params).flatMap((values) => Object.keys(values ?? {})),
    ...given.map(({ name }) => name),
  ];
  const found = mistakesIn(all, { isOnAws: true });
  const ca = textOf(all.vaultCa);
  if (found.length === 0 && ca !== '' && !existsSync(ca))
    found.push(`vaultCa: expected the path of a PEM file, got ${JSON.stringify(ca)}, where there is no file`);
  return [...broken, ...unknownIn(names, Object.keys(defaults)), ...found];
}

/** The assignment as osls reads it, or what is wrong with it. */
function assignmentOf(text: string): Assignment | string {
  const equals = text.indexOf('=');
  const [name, value] = equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1).trimEnd()];
  if (equals > 0 && value !== '') return { name, value };
  const given = JSON.stringify(text);
  return `--param: expected name=value, got ${equals < 0 ? `no = after ${given}` : given}`;
}

/** @returns Its exit code. */
function runOsls(args: readonly string[]): number {
  const { status, error } = spawnSync('osls', args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}
