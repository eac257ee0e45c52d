import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { standardLog } from '../compose.ts';
import { findPart, namesOf, pathKey } from '../engine/tree.ts';
import { formats } from '../formats/index.ts';
import type { Log } from '../log.ts';
import { Reporter } from '../reporter.ts';
import { fileStore } from '../vault/stores/file.ts';
import { openStore } from '../vault/stores/open.ts';
import { singleFileStore } from '../vault/stores/single-file.ts';
import { Vault } from '../vault/vault.ts';
import { chooseNamespace } from './chosen-namespace.ts';
import { EXIT, stringOf, UsageError } from './command.ts';
import type { Command, Input, Terminal } from './command.ts';
import { liveList } from './live.ts';
import { systemWords } from './system-words.ts';
import { vaultName, vaultOf, vaultOption } from './vault-option.ts';

const formatNames = formats.map((format) => format.name);

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
    format: { type: 'string', value: 'FORMAT', help: `${formatNames.join(', ')} (text)` },
  },
  notes: `Exit code 0 working or degraded, 1 failing, 2 usage or configuration, 130 called off with Ctrl-C.`,
  example: 'healthgate check --namespace prod --part celery',

  async run(input, terminal) {
    const format = await formatIn(input).load();
    const log = standardLog();
    const { vault, location } = await vaultIn(input, terminal, log);
    const namespace = await chooseNamespace(vault, stringOf(input, 'namespace'), location);
    const part = namesOf(stringOf(input, 'part') ?? '');
    const asked = findPart(namespace.root, part);
    if (asked === undefined) throw new UsageError(`--part: ${namespace.name} has no ${pathKey(part)}`);

    const live = terminal.isInteractive ? liveList(asked, terminal) : undefined;
    const { signal } = terminal;
    const report = await new Reporter(vault, log).run(namespace, asked, {
      signal,
      ...(live && { onResult: live.show }),
    });
    live?.clear();
    terminal.out(
      format.render({ report, ageMs: 0, namespace, part, summary: false, always200: false }).replace(/\n?$/, '\n'),
    );
    if (signal.aborted) return EXIT.calledOff;
    return report.verdict === 'failing' ? EXIT.failing : EXIT.ok;
  },
};

/** The vault that is named, or one whose only namespace is the document in a file. */
async function vaultIn(input: Input, terminal: Terminal, log: Log): Promise<{ vault: Vault; location: string }> {
  const [file, ...more] = input.positionals;
  if (more.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(more[0])}`);
  if (file === undefined) return { vault: await vaultOf(input, terminal, log), location: vaultName(input, terminal) };
  if (stringOf(input, 'namespace') !== undefined) throw new UsageError('--namespace: of no use with a file');
  await refuseUnreadable(file);
  const secrets = stringOf(input, 'vault');
  const store = singleFileStore(file, secrets === undefined ? fileStore(dirname(file)) : await openStore(secrets));
  return { vault: new Vault(store, log), location: file };
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
  const format = formats.find((entry) => entry.name === name);
  if (format !== undefined) return format;
  throw new UsageError(`--format: unknown format ${JSON.stringify(name)}; expected ${formatNames.join(' or ')}`);
}
