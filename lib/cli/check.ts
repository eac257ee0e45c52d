import { standardLog } from '../compose.ts';
import { run } from '../engine/run.ts';
import { formats } from '../formats/index.ts';
import { findPart, namesOf, pathKey } from '../engine/tree.ts';
import type { Namespace } from '../document/namespace.ts';
import type { Vault } from '../vault/vault.ts';
import { didYouMean } from '../did-you-mean.ts';
import { EXIT, stringOf, UsageError } from './command.ts';
import type { Command } from './command.ts';
import { liveList } from './live.ts';
import { vaultDetails, vaultName, vaultOf, vaultOption } from './vault-option.ts';

const formatNames = formats.map((format) => format.name);

export const check: Command = {
  name: 'check',
  summary: 'Runs the checks of a namespace once',
  usage: '[--vault VAULT] [--namespace NAME] [--part GROUP/NAME] [--format text]',
  details: `${vaultDetails}
  --namespace NAME  which one; may be left out where the vault has only one
  --part PATH       only this part of the tree: cache/data
  --format FORMAT   ${formatNames.join(', ')} (text)

Exit code 0 working or degraded, 1 failing, 2 usage or configuration.

Example: healthgate check --namespace prod --part celery`,
  options: {
    ...vaultOption,
    namespace: { type: 'string' },
    part: { type: 'string' },
    format: { type: 'string' },
  },

  async run(input, terminal) {
    if (input.positionals.length > 0)
      throw new UsageError(`unexpected argument ${JSON.stringify(input.positionals[0])}`);
    const formatName = stringOf(input, 'format') ?? 'text';
    const format = formats.find((format) => format.name === formatName);
    if (format === undefined)
      throw new UsageError(`--format: no ${JSON.stringify(formatName)}; expected ${formatNames.join(' or ')}`);

    const log = standardLog();
    const vault = await vaultOf(input, terminal, log);
    const namespace = await chooseNamespace(vault, stringOf(input, 'namespace'), vaultName(input, terminal));
    const names = namesOf(stringOf(input, 'part') ?? '');
    const part = findPart(namespace.root, names);
    if (part === undefined) throw new UsageError(`--part: ${namespace.name} has no ${pathKey(names)}`);

    const live = terminal.isInteractive ? liveList(part, terminal) : undefined;
    const report = await run(part, {
      namespace: namespace.name,
      deadlineMs: namespace.deadlineMs,
      proveVault: vault.prover(namespace.name),
      log: log.hiding(namespace.secrets),
      signal: terminal.signal,
      ...(live !== undefined && { onResult: live.show }),
    });
    live?.clear();
    terminal.out(format.render(report).replace(/\n?$/, '\n'));
    return report.verdict === 'failing' ? EXIT.failing : EXIT.ok;
  },
};

async function chooseNamespace(vault: Vault, asked: string | undefined, location: string): Promise<Namespace> {
  const names = asked === undefined ? await vault.names() : [asked];
  const [name] = names;
  if (name === undefined) throw new UsageError(`no namespace in ${location}`);
  if (names.length > 1) throw new UsageError(`--namespace: which one? ${names.sort().slice(0, 20).join(', ')}`);
  const namespace = await vault.namespace(name);
  if (namespace !== undefined) return namespace;
  const known = await vault.names();
  const why = known.includes(name)
    ? 'its document cannot be used; see healthgate validate'
    : `not in ${location}${didYouMean(name, known)}`;
  throw new UsageError(`namespace ${JSON.stringify(name)}: ${why}`);
}
