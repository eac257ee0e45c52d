import { didYouMean } from '../did-you-mean.ts';
import type { Namespace } from '../document/namespace.ts';
import type { Vault } from '../vault/vault.ts';
import { UsageError } from './command.ts';

/**
 * The namespace of that name, or the only one of the vault.
 *
 * @throws UsageError if there is none, or several.
 */
export async function chooseNamespace(vault: Vault, asked: string | undefined, location: string): Promise<Namespace> {
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
