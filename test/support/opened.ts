import type { Namespace } from '../../lib/document/namespace.ts';
import type { Vault } from '../../lib/vault/vault.ts';

/** The namespace that a token opens. */
export async function openedBy(vault: Vault, token: string): Promise<Namespace | undefined> {
  return (await vault.find(token))?.namespace;
}
