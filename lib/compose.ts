import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { openStore } from './vault/stores/open.ts';
import { Vault } from './vault/vault.ts';

/** A log on standard error, which Lambda sends to CloudWatch. */
export function standardLog(): Log {
  return createLog((line) => process.stderr.write(`${line}\n`));
}

/**
 * Opens the vault with this name.
 *
 * @throws ConfigurationError if the name has no known form.
 */
export async function openVault(name: string, log: Log): Promise<Vault> {
  return new Vault(await openStore(name), log);
}
