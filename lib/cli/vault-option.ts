import { openVault, vaultNameIn } from '../compose.ts';
import type { Log } from '../log.ts';
import { VAULT_FORMS } from '../vault/stores/open.ts';
import type { Vault } from '../vault/vault.ts';
import { stringOf } from './command.ts';
import type { Input, Option, Terminal } from './command.ts';

/** Where namespaces are, when nothing says so. */
export const DEFAULT_FOLDER = 'vault';
const DEFAULT_VAULT = `file:${DEFAULT_FOLDER}`;

export const vaultOption = {
  vault: {
    type: 'string',
    value: 'VAULT',
    help: `${VAULT_FORMS};\nelse HEALTHGATE_VAULT, else ${DEFAULT_VAULT}`,
  },
} as const satisfies Readonly<Record<string, Option>>;

/** The vault that the option or the environment names. */
export function vaultName(input: Input, terminal: Terminal): string {
  return stringOf(input, 'vault') ?? vaultNameIn(terminal.env) ?? DEFAULT_VAULT;
}

/** Whether neither option nor environment names a vault. */
export function isDefaultVault(input: Input, terminal: Terminal): boolean {
  return vaultName(input, terminal) === DEFAULT_VAULT;
}

/** @throws ConfigurationError where the name is of no known form. */
export async function vaultOf(input: Input, terminal: Terminal, log: Log): Promise<Vault> {
  return openVault(vaultName(input, terminal), log);
}
