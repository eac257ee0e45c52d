import { createToken, NAMESPACE } from '../document/tokens.ts';
import { CheckError } from '../errors.ts';
import { readDocument } from '../vault/stores/document.ts';
import { openStore } from '../vault/stores/open.ts';
import type { Store } from '../vault/stores/store.ts';
import type { AnyKind } from '../checks/kind.ts';
import { EXIT, UsageError } from './command.ts';
import type { Ask, Command, Terminal } from './command.ts';
import { SCHEMA_FILE, writeSchemaBeside } from './editor-schema.ts';
import { kindCalled, kindNames } from './kinds.ts';
import { program } from './program.ts';
import { documentOf, keysToFill, leafOf, mistakeIn, named, valuesIn } from './starter.ts';
import type { KeyToFill, Leaf } from './starter.ts';
import { systemWords } from './system-words.ts';
import { isDefaultVault, vaultName, vaultOption } from './vault-option.ts';

const VAULT_WITHIN_MS = 15_000;
const DEFAULT_NAMESPACE = 'prod';
/** Works wherever a document can be read, so that there is something to see. */
const DEFAULT_KIND = 'secrets_manager';

export const init: Command = {
  arguments: [
    { name: '[NAMESPACE]', help: `name of the new namespace (${DEFAULT_NAMESPACE})` },
    {
      name: '[KIND[=VALUE]…]',
      help:
        'checks to begin with. VALUE is the URL, or, for a kind without one, its first key:\n' +
        'postgres=postgres://…, tcp=smtp.example, s3=shop-assets (see healthgate kinds)',
      words: kindNames,
    },
  ],
  options: { ...vaultOption },
  notes: `On a terminal, asks for what is not given. A kind without VALUE gets an example to edit.
Nothing is overwritten. The list of processes shows arguments, so keep passwords out of them:
edit the document, or refer to a secret.`,
  example: 'healthgate init shop redis=redis://cache.example:6379 http=https://api.example/version',

  async run(input, terminal) {
    const [first, ...rest] = input.positionals;
    const { ask } = terminal;
    const namespace = nameOf(first ?? (await ask?.(`Namespace [${DEFAULT_NAMESPACE}]: `)) ?? '');
    const leaves = rest.length > 0 ? await Promise.all(rest.map(leafIn)) : await askLeaves(ask, terminal);
    if (terminal.signal.aborted) return EXIT.calledOff;
    const chosen = leaves.length > 0 ? leaves : [leafOf(kindCalled(DEFAULT_KIND), {})];

    const vault = vaultName(input, terminal);
    const store = await openStore(vault);
    const within = AbortSignal.any([terminal.signal, AbortSignal.timeout(VAULT_WITHIN_MS)]);
    if (await exists(store, namespace, within))
      throw new UsageError(`${store.location} has a namespace ${namespace}, which is not overwritten`);
    const token = createToken(namespace);
    const schema = store.isRemote ? undefined : SCHEMA_FILE;
    await store.write(namespace, documentOf({ token, checks: named(chosen), schema }), within);
    const written = await readDocument(store, namespace, within);
    if (written?.file !== undefined) await writeSchema(written.file, terminal);
    const file = written?.file ?? `the document ${namespace} in ${store.location}`;
    terminal.out(nextSteps(namespace, token, { file, vault, isDefault: isDefaultVault(input, terminal) }));
    return EXIT.ok;
  },
};

/** Without it, the document is as good as with it: only editors miss it. */
async function writeSchema(document: string, terminal: Terminal): Promise<void> {
  await writeSchemaBeside(document).catch((error: unknown) => {
    terminal.err(`the JSON Schema for editors cannot be written to ${SCHEMA_FILE}: ${systemWords(error)}\n`);
  });
}

function nameOf(text: string): string {
  const name = text.trim() || DEFAULT_NAMESPACE;
  if (NAMESPACE.test(name)) return name;
  const hint = name.includes('=') ? '; the namespace comes before the checks' : '';
  throw new UsageError(`a namespace has 1 to 64 letters, digits, dots, hyphens and underscores${hint}`);
}

/** @throws UsageError that does not repeat the value, which may hold a password. */
async function leafIn(argument: string): Promise<Leaf> {
  const mark = argument.indexOf('=');
  const kind = kindCalled(mark < 0 ? argument : argument.slice(0, mark));
  if (mark < 0) return leafOf(kind, {});
  const [main] = keysToFill(kind);
  if (main === undefined) throw new UsageError(`${kind.kind}: takes no value`);
  const leaf = leafOf(kind, valuesIn(kind, main, argument.slice(mark + 1)));
  const mistake = await mistakeIn(leaf);
  if (mistake !== undefined) throw new UsageError(`${kind.kind}: ${mistake}; see ${program()} kinds ${kind.kind}`);
  return leaf;
}

/** One check after the other, until there is no further kind. */
async function askLeaves(ask: Ask | undefined, terminal: Terminal): Promise<Leaf[]> {
  const leaves: Leaf[] = [];
  while (ask !== undefined && !terminal.signal.aborted) {
    const name = (await ask('Kind of check (empty to end, ? for the list): ')).trim();
    if (name === '') break;
    try {
      if (name === '?') await showKinds(terminal);
      else leaves.push(...(await askLeaf(kindCalled(name), ask, terminal)));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      terminal.err(`${error.message}\n`);
    }
  }
  return leaves;
}

async function showKinds(terminal: Terminal): Promise<void> {
  const { kinds } = await import('./kinds.ts');
  await kinds.run({ positionals: [], values: {} }, terminal);
}

/** The check; none if it is left out. */
async function askLeaf(kind: AnyKind, ask: Ask, terminal: Terminal): Promise<Leaf[]> {
  let values: Leaf = {};
  for (const key of keysToFill(kind)) {
    if (key.key in values) continue;
    const answered = await askKey(kind, { key, values }, ask, terminal);
    if (answered === undefined) {
      terminal.err(`  ${kind.kind} is left out\n`);
      return [];
    }
    values = answered;
  }
  return [leafOf(kind, values)];
}

interface Asked {
  readonly key: KeyToFill;
  /** What is known already. */
  readonly values: Leaf;
}

/**
 * Asks again where the answer is a mistake. Nobody who made one wants the example, so an empty answer then leaves the
 * check out, as it does at the end of the input.
 */
async function askKey(kind: AnyKind, asked: Asked, ask: Ask, terminal: Terminal): Promise<Leaf | undefined> {
  const { key, values } = asked;
  const example = typeof key.example === 'string' ? key.example : JSON.stringify(key.example);
  for (let isFirst = true; ; isFirst = false) {
    const meaning = isFirst ? `empty takes the example ${example}, to edit` : 'empty leaves the check out';
    const answer = (await ask(`  ${key.key} (${meaning}): `)).trim();
    if (answer === '') return isFirst ? { ...values, [key.key]: key.example } : undefined;
    const more = { ...values, ...valuesIn(kind, key, answer) };
    const mistake = terminal.signal.aborted ? undefined : await mistakeIn(leafOf(kind, more));
    if (mistake === undefined) return more;
    terminal.err(`  ${mistake}; see ${program()} kinds ${kind.kind}\n`);
  }
}

/** A folder that is yet to be made has no namespace. */
async function exists(store: Store, namespace: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await readDocument(store, namespace, signal)) !== undefined;
  } catch (error) {
    if (!store.isRemote && error instanceof CheckError && error.code === 'ConnectionError') return false;
    throw error;
  }
}

interface Place {
  /** Where the document is. */
  readonly file: string;
  readonly vault: string;
  readonly isDefault: boolean;
}

function nextSteps(namespace: string, token: string, { file, vault, isDefault }: Place): string {
  const option = isDefault ? '' : ` --vault ${vault}`;
  return `Created the namespace ${namespace} in ${vault}.

token    ${token}

Edit ${file}, then:
  ${program()} check --namespace ${namespace}${option}
  ${program()} serve${option}
  curl http://127.0.0.1:3000/api/health/${token}/?format=text
`;
}
