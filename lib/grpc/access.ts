/** Who may call: the rules of the HTTP endpoint, with the token in the metadata. */
import type { Metadata } from '@grpc/grpc-js';
import { tokenIn } from '../http/token-path.ts';
import type { Opened, Vault } from '../vault/vault.ts';

export interface Gate {
  readonly vault: Pick<Vault, 'find' | 'namespace'>;
  /** The namespace whose summary everybody may see. */
  readonly publicNamespace?: string | undefined;
}

/**
 * What the caller may see: what its token opens, or, without one, the summary of the public namespace.
 *
 * @returns Undefined for a wrong token, and where there is neither a token nor a public namespace.
 * @throws CheckError if the vault does not answer, and has never answered for what is needed.
 */
export async function openedBy(metadata: Metadata, { vault, publicNamespace }: Gate): Promise<Opened | undefined> {
  const [authorization] = metadata.get('authorization');
  if (authorization !== undefined) {
    const token = tokenIn(authorization.toString());
    return token === undefined ? undefined : vault.find(token);
  }
  if (publicNamespace === undefined) return undefined;
  const namespace = await vault.namespace(publicNamespace);
  return namespace === undefined || namespace.disabled ? undefined : { namespace, summary: true };
}
