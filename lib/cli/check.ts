import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { standardLog } from '../compose.ts';
import { didYouMean } from '../did-you-mean.ts';
import { pathsIn } from '../engine/paths.ts';
import { findPart, namesOf, pathKey } from '../engine/tree.ts';
import { formatsOfReport } from '../formats/index.ts';
import { Reporter } from '../reporter.ts';
import { fileStore } from '../vault/stores/file.ts';
import { openStore } from '../vault/stores/open.ts';
import { singleFileStore } from '../vault/stores/single-file.ts';
import type { Store } from '../vault/stores/store.ts';
import { Namespaces } from './chosen-namespace.ts';
import { paintedVerdicts, paintOf } from './colours.ts';
import { EXIT, numberOf, stringOf, UsageError } from './command.ts';
import type { Command, ExitCode, Input, Terminal } from './command.ts';
import { liveList } from './live.ts';
import { summaryText } from './summary.ts';
import { systemWords } from './system-words.ts';
import { vaultName, vaultOption } from './vault-option.ts';

const WATCH = { preset: undefined, min: 0.1, max: 86_400 };
const formatNames = formatsOfReport.map((format) => format.name);

export const check: Command = {
  arguments: [{ name: '[FILE]', help: 'a document to run instead of one in a vault' }],
  options: {
    ...vaultOption,
    namespace: {
      type: 'string',
      value: 'NAME',
      help: 'the namespace; may be left out if the vault has only one',
    },
    part: { type: 'string', value: 'PATH', help: 'only this part of the tree: cache/data' },
    format: { type: 'string', value: 'FORMAT', help: `${formatNames.join(', ')} (text)`, words: formatNames },
    watch: { type: 'string', value: 'SECONDS', help: 'run again so many seconds after each run', number: WATCH },
    quiet: { type: 'boolean', help: 'write nothing on standard output: the exit code tells the verdict' },
    'no-color': { type: 'boolean', help: 'no colours; NO_COLOR in the environment does the same' },
  },
  notes: `On a terminal, the report is coloured, and a summary ends it. Elsewhere, FORCE_COLOR=1 in the environment
asks for the summary in colour. With --watch, the time stands before each run, or, elsewhere, an empty line between two.

Exit code 0 working or degraded, 1 failing, 2 usage or configuration, 130 called off with Ctrl-C. With --watch, Ctrl-C
between two runs ends it with the code of the last run.`,
  example: 'healthgate check --namespace prod --part celery',

  async run(input, terminal) {
    const watchMs = 1000 * (numberOf(input, 'watch', WATCH) ?? 0);
    const runOnce = await runnerOf(input, terminal, new Namespaces(await storeIn(input, terminal), terminal));
    for (let run = 1; ; run += 1) {
      if (watchMs > 0 && input.values.quiet !== true) separate(run, terminal);
      const code = await runOnce();
      if (watchMs === 0 || code === EXIT.calledOff) return code;
      await sleep(watchMs, undefined, { signal: terminal.signal }).catch(() => undefined); // cut short by Ctrl-C
      if (terminal.signal.aborted) return code;
    }
  },
};

/** Keeps one run from the next: by its time for people, by an empty line in a pipe. */
function separate(run: number, terminal: Terminal): void {
  if (terminal.isInteractive) terminal.err(`${run > 1 ? '\n' : ''}${new Date().toTimeString().slice(0, 8)}\n`);
  else if (run > 1) terminal.out('\n');
}

/** Runs the checks, shows what comes of them and returns the exit code. The document is read again for each run. */
async function runnerOf(input: Input, terminal: Terminal, namespaces: Namespaces): Promise<() => Promise<ExitCode>> {
  const reporter = new Reporter(namespaces.vault, standardLog());
  const format = await formatIn(input).load();
  const part = namesOf(stringOf(input, 'part') ?? '');
  const isQuiet = input.values.quiet === true;
  const paint = paintOf(terminal, input.values['no-color'] === true);
  const hasSummary = paint('working', '') !== '' || terminal.isInteractive;
  const { signal } = terminal;
  return async () => {
    const namespace = await namespaces.choose(stringOf(input, 'namespace'));
    const asked = findPart(namespace.root, part);
    if (asked === undefined) {
      const hint = didYouMean(pathKey(part), pathsIn(namespace.root));
      throw new UsageError(`--part: ${namespace.name} has no ${pathKey(part)}${hint}`);
    }
    const live = terminal.isInteractive && !isQuiet ? liveList(asked, terminal, paint) : undefined;
    const report = await reporter.run(namespace, asked, {
      signal,
      ...(live && { onResult: live.show }),
    });
    live?.clear();
    if (!isQuiet) {
      const view = { report, ageMs: 0, namespace, part, summary: false, query: new URLSearchParams() };
      const text = format.render(view).replace(/\n?$/, '\n');
      terminal.out(terminal.isInteractive ? paintedVerdicts(text, paint) : text);
      // On standard error, so that what is written to a pipe or a file is the format alone.
      if (hasSummary) terminal.err(summaryText(report, paint));
    }
    if (signal.aborted) return EXIT.calledOff;
    return report.verdict === 'failing' ? EXIT.failing : EXIT.ok;
  };
}

/** The store that is named, or one whose only namespace is the document in a file. */
async function storeIn(input: Input, terminal: Terminal): Promise<Store> {
  const [file, ...more] = input.positionals;
  if (more.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(more[0])}`);
  if (file === undefined) return openStore(vaultName(input, terminal));
  if (stringOf(input, 'namespace') !== undefined) throw new UsageError('--namespace: of no use with a file');
  await refuseUnreadable(file);
  const secrets = stringOf(input, 'vault');
  return singleFileStore(file, secrets === undefined ? fileStore(dirname(file)) : await openStore(secrets));
}

/** @throws UsageError in words that tell of the file, not of the vault that it stands for. */
async function refuseUnreadable(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw new UsageError(`cannot read ${file}: ${systemWords(error)}`);
  });
  if (found.isDirectory()) throw new UsageError(`${file} is a folder; name it with --vault file:${file}`);
}

function formatIn(input: Input) {
  const name = stringOf(input, 'format') ?? 'text';
  const format = formatsOfReport.find((entry) => entry.name === name);
  if (format !== undefined) return format;
  const hint = didYouMean(name, formatNames);
  const known = `${formatNames.slice(0, -1).join(', ')} or ${formatNames.at(-1) ?? ''}`;
  throw new UsageError(`--format: unknown format ${JSON.stringify(name)}${hint}; expected ${known}`);
}
