/** From a vault's name on the command line or in the environment to its store. */
import { ConfigurationError } from '../../errors.ts';
import type { Store } from './store.ts';

/** What `--vault` and `HEALTHGATE_VAULT` take. */
export const VAULT_FORMS = 'file:<folder>, secretsmanager:<prefix> or hashicorp:<mount/prefix>';

/**
 * Opens a store. Its client is imported only now, so that a cold start loads no other.
 *
 * @throws ConfigurationError where the name is of no known form.
 */
export async function openStore(name: string): Promise<Store> {
  const [scheme, rest] = split(name);
  if (rest === '') throw new ConfigurationError(`no vault: ${VAULT_FORMS} is expected`);
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
  throw new ConfigurationError(`unknown sort of vault; expected ${VAULT_FORMS}`);
}

function split(name: string): [string, string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', ''] : [name.slice(0, colon), name.slice(colon + 1)];
}
