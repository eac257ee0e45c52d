/** What real shells make of the scripts of `healthgate completion`. */
import { beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../lib/cli/commands.ts';
import { consumers } from '../../lib/generate/index.ts';
import { kinds } from '../../lib/checks/index.ts';
import { formatsOfReport } from '../../lib/formats/index.ts';
import { runCli } from '../support/cli.ts';
import { complete, shellNames } from '../support/shell-completion.ts';

const sorted = (words: readonly string[]) => [...words].sort();

/** A line, and the words that are offered at its end. */
const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['healthgate ', sorted(commands.map(({ name }) => name))],
  ['healthgate val', ['validate']],
  ['healthgate check --form', ['--format']],
  ['healthgate check --format ', sorted(formatsOfReport.map(({ name }) => name))],
  ['healthgate check --quiet --format sh', ['shields']],
  ['healthgate check --format=sh', ['shields']],
  ['healthgate kinds --format ', ['json', 'text']],
  ['healthgate kinds post', ['postgres']],
  ['healthgate kinds ', sorted(kinds.map(({ kind }) => kind))],
  ['healthgate init shop post', ['postgres']],
  ['healthgate generate ', sorted(consumers.map(({ name }) => name))],
  ['healthgate ping fl', ['flow']],
  ['healthgate maintenance ', ['list', 'start', 'stop']],
  ['healthgate history --format ', ['json', 'text']],
  ['healthgate notify --target pager', ['pagerduty']],
  ['healthgate completion ', ['bash', 'fish', 'zsh']],
  ['healthgate serve --grpc-cert pa', ['pair.pem']],
  ['healthgate check pa', ['pair.pem']],
  ['healthgate check --part nothing-is-known', []],
];

describe.each(shellNames)('%s', (shell) => {
  let script: string;

  beforeAll(async () => {
    const { code, out, err } = await runCli(['completion', shell]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    script = out;
  });

  test('completes commands, options, known values and files', async () => {
    const found = await complete(
      shell,
      script,
      CASES.map(([line]) => line),
    );
    expect(found).toEqual(CASES.map(([, words]) => words));
  });

  test('knows every option of every command', async () => {
    const found = await complete(
      shell,
      script,
      commands.map(({ name }) => `healthgate ${name} --`),
    );
    const loaded = await Promise.all(commands.map((entry) => entry.load()));
    expect(found).toEqual(
      loaded.map(({ options }) => sorted([...Object.keys(options), 'help'].map((name) => `--${name}`))),
    );
  });
});
