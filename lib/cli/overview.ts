/** What `serve` says of its namespaces when it starts. */
import { publicNamespaceIn } from '../compose.ts';
import { didYouMean } from '../did-you-mean.ts';
import { openStore } from '../vault/stores/open.ts';
import type { Store } from '../vault/stores/store.ts';
import type { Terminal } from './command.ts';
import { inspectVault } from './inspected.ts';
import { program } from './program.ts';
import { lineOf } from './validate.ts';

const MAX_NAMESPACES = 20;
const MAX_MISTAKES = 20;

/** Lists the first namespaces of a vault on standard output, and their first mistakes on standard error. */
export async function showOverview(vault: string, terminal: Terminal): Promise<void> {
  let [namespaces, mistakes] = [0, 0];
  const store = await openStore(vault);
  await showPublic(store, terminal);
  for await (const { name, problems, checks } of inspectVault(store, {
    signal: terminal.signal,
    reads: false,
  })) {
    namespaces += 1;
    if (namespaces > MAX_NAMESPACES) {
      terminal.out(`  … and more; see ${program()} validate ${vault}\n`);
      return;
    }
    if (checks !== undefined) terminal.out(`  ${name}: ${String(checks)} ${checks === 1 ? 'check' : 'checks'}\n`);
    for (const problem of problems) {
      mistakes += 1;
      if (mistakes <= MAX_MISTAKES) terminal.err(`${lineOf(name, problem)}\n`);
    }
  }
  if (mistakes > MAX_MISTAKES)
    terminal.err(`${String(mistakes - MAX_MISTAKES)} more mistakes; see ${program()} validate ${vault}\n`);
}

/** Says which namespace is public. If its name were wrong, the public paths would answer 404 without a reason. */
async function showPublic(store: Store, terminal: Terminal): Promise<void> {
  const name = publicNamespaceIn(terminal.env)?.trim();
  if (!name) return;
  const names = await store.list(terminal.signal).catch(() => undefined);
  if (names === undefined) return; // the overview says what is wrong with the vault
  if (names.includes(name)) terminal.out(`Everybody may see the names and verdicts of ${name}, at /status/\n`);
  else terminal.err(`HEALTHGATE_PUBLIC_NAMESPACE: the vault has no namespace ${name}${didYouMean(name, names)}\n`);
}
