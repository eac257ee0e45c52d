import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { openStore } from './vault/stores/open.ts';
import { Vault } from './vault/vault.ts';

/** A log on standard error, which Lambda takes to CloudWatch. */
export function standardLog(): Log {
  return createLog((line) => process.stderr.write(`${line}\n`));
}

/**
 * The vault of that name.
 *
 * @throws ConfigurationError where the name is of no known form.
 */
export async function openVault(name: string, log: Log): Promise<Vault> {
  return new Vault(await openStore(name), log);
}
