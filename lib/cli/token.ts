import { within } from '../engine/deadline.ts';
import { addToken, findTokens, removeTokens } from '../document/access-tokens.ts';
import type { TokenList, TokenPlace } from '../document/access-tokens.ts';
import { environmentOf } from '../document/environment.ts';
import { DocumentError } from '../problem.ts';
import { readDocument } from '../vault/stores/document.ts';
import { openStore } from '../vault/stores/open.ts';
import { createToken, digest, NAMESPACE, namespaceOf } from '../document/tokens.ts';
import { EXIT, stringOf, UsageError } from './command.ts';
import type { Command, Input } from './command.ts';
import { program } from './program.ts';
import { vaultName, vaultOption } from './vault-option.ts';

/** Milliseconds for all calls to the vault together. */
const VAULT_WITHIN_MS = 15_000;

export const token: Command = {
  arguments: [{ name: 'NAMESPACE', help: 'the namespace that the token opens; the token carries its name' }],
  options: {
    add: { type: 'boolean', help: "also add the token to the namespace's access_tokens in the vault" },
    summary: {
      type: 'boolean',
      help: 'to summary_tokens, which open names and verdicts alone, for public pages and badges',
      onlyWith: ['--add'],
    },
    drop: {
      type: 'string',
      value: 'DIGEST',
      help: 'drop every token whose SHA-256 digest begins with this (8 to 64 characters)',
    },
    vault: { ...vaultOption.vault, onlyWith: ['--add', '--drop'] },
  },
  notes: `Prints the token, which is shown nowhere else, and its SHA-256 digest. With --drop alone, creates no token
and prints the digests of the remaining ones. A running service follows within a minute.

To replace a token: --add, hand out the new one, then --drop the old one.`,
  example: 'healthgate token prod --add --vault secretsmanager:healthgate',

  async run(input, terminal) {
    const namespace = namespaceIn(input);
    const add = input.values.add === true;
    const drop = dropIn(input);
    const list = input.values.summary === true ? 'summary_tokens' : 'access_tokens';

    const created = add || drop === undefined ? createToken(namespace) : undefined;
    const edited =
      add || drop !== undefined
        ? await editVault(vaultName(input, terminal), namespace, { add: created, list, drop }, terminal.signal)
        : undefined;

    if (created !== undefined) terminal.out(`token    ${created}\nsha256   ${digest(created)}\n`);
    if (add && edited !== undefined) terminal.out(`added    to ${list} in ${edited.name}\n`);
    for (const place of edited?.dropped ?? []) terminal.out(`dropped  ${show(place)}\n`);
    if (drop !== undefined) for (const place of edited?.left ?? []) terminal.out(`left     ${show(place)}\n`);
    return EXIT.ok;
  },
};

function namespaceIn({ positionals }: Input): string {
  const [namespace, ...more] = positionals;
  if (namespace === undefined) throw new UsageError('which namespace?');
  // The messages do not repeat it: it may be a token.
  if (more.length > 0) throw new UsageError('expected one namespace');
  if (namespaceOf(namespace) !== undefined)
    throw new UsageError('that is a token, not a namespace; the list of processes shows it now, so replace it');
  if (!NAMESPACE.test(namespace))
    throw new UsageError(
      'a namespace has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or digit',
    );
  return namespace;
}

function dropIn(input: Input): string | undefined {
  const drop = stringOf(input, 'drop')?.toLowerCase();
  if (drop === undefined || /^[0-9a-f]{8,64}$/.test(drop)) return drop;
  throw new UsageError(
    '--drop: expected the first 8 to 64 characters of a SHA-256 digest; never put a token itself here',
  );
}

interface Change {
  /** The token to add. */
  readonly add: string | undefined;
  /** The list that it is added to. */
  readonly list: TokenList;
  /** The beginning of the digests of the tokens to drop. */
  readonly drop: string | undefined;
}

interface Edited {
  /** The document: its file, or the namespace and its vault. */
  readonly name: string;
  readonly dropped: readonly TokenPlace[];
  /** The remaining tokens, without the added one. */
  readonly left: readonly TokenPlace[];
}

async function editVault(vault: string, namespace: string, change: Change, outer: AbortSignal): Promise<Edited> {
  const store = await openStore(vault);
  return within({ limitMs: VAULT_WITHIN_MS, signal: outer, from: `vault ${store.location}` }, async (signal) => {
    try {
      const document = await readDocument(store, namespace, signal);
      if (document === undefined) throw new UsageError(`${store.location} has no namespace ${namespace}`);
      const { format } = document;
      if (format === 'yaml')
        throw new UsageError(
          `${document.file ?? namespace} is YAML, which --add and --drop do not edit; ` +
            `make a token with ${program()} token ${namespace}, and edit access_tokens by hand`,
        );
      const text = document.text.replace(/^\uFEFF/, '');
      const places = await findTokens(text, format, {
        readSecret: (name) => store.readSecret(name, signal),
        readEnv: environmentOf(process.env),
      });
      const { dropped, left } = split(places, namespace, change);
      const shorter = removeTokens(text, format, dropped);
      await store.write(
        namespace,
        change.add === undefined ? shorter : addToken(shorter, format, change.add, change.list),
        signal,
      );
      return { name: document.file ?? `${namespace} in ${store.location}`, dropped, left };
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      throw new UsageError(`the document of ${namespace} in ${store.location}: ${error.message}`);
    }
  });
}

/** @throws UsageError if no token would be dropped, or if none would be left to open the namespace. */
function split(places: readonly TokenPlace[], namespace: string, { add, list, drop }: Change): Omit<Edited, 'name'> {
  if (drop === undefined) return { dropped: [], left: places };
  const isDropped = ({ digest }: TokenPlace) => digest?.startsWith(drop) === true;
  const dropped = places.filter(isDropped);
  const left = places.filter((place) => !isDropped(place));
  if (dropped.length === 0) throw new UsageError(`--drop: ${namespace} has no token whose digest begins with ${drop}`);
  const opening = left.filter(({ path, digest }) => path[0] !== 'summary_tokens' && digest !== undefined);
  const addsOne = add !== undefined && list === 'access_tokens';
  if (!addsOne && opening.length === 0)
    throw new UsageError(`--drop: ${namespace} has no other token that works; --add one first`);
  return { dropped, left };
}

function show({ path, digest }: TokenPlace): string {
  return digest === undefined ? `${path.join('.')}, which cannot be read or is too short` : `sha256 ${digest}`;
}
