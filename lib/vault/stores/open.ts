/** Opens the store that the command line or the environment names. */
import { ConfigurationError } from '../../errors.ts';
import type { Store } from './store.ts';

/** The values of `--vault` and `HEALTHGATE_VAULT`. */
export const VAULT_FORMS = 'file:<folder>, secretsmanager:<prefix> or hashicorp:<mount/prefix>';

/**
 * Opens a store. Its code is imported only now, so that a cold start loads no other store.
 *
 * @throws ConfigurationError if the name has no known form.
 */
export async function openStore(name: string): Promise<Store> {
  const [scheme, rest] = split(name);
  if (rest === '') throw new ConfigurationError(`no vault; expected ${VAULT_FORMS}`);
  if (scheme === 'file') {
    const { fileStore } = await import('./file.ts');
    return fileStore(rest);
  }
  if (scheme === 'secretsmanager') {
    const { secretsManagerStore } = await import('./secrets-manager.ts');
    return secretsManagerStore(rest);
  }
  if (scheme === 'hashicorp') {
    const { hashicorpStore } = await import('./hashicorp.ts');
    return hashicorpStore(rest);
  }
  throw new ConfigurationError(`unknown kind of vault; expected ${VAULT_FORMS}`);
}

function split(name: string): [string, string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', ''] : [name.slice(0, colon), name.slice(colon + 1)];
}
