import { openVault, vaultNameIn } from '../compose.ts';
import type { Log } from '../log.ts';
import { VAULT_FORMS } from '../vault/stores/open.ts';
import type { Vault } from '../vault/vault.ts';
import { stringOf } from './command.ts';
import type { Input, Option, Terminal } from './command.ts';

/** The folder of the default vault. */
export const DEFAULT_FOLDER = 'vault';
const DEFAULT_VAULT = `file:${DEFAULT_FOLDER}`;

export const vaultOption = {
  vault: {
    type: 'string',
    value: 'VAULT',
    help: `${VAULT_FORMS};\notherwise HEALTHGATE_VAULT, otherwise ${DEFAULT_VAULT}`,
  },
} as const satisfies Readonly<Record<string, Option>>;

/** The vault that the option or the environment names. */
export function vaultName(input: Input, terminal: Terminal): string {
  return stringOf(input, 'vault') ?? vaultNameIn(terminal.env) ?? DEFAULT_VAULT;
}

/** Whether the vault is the default one. */
export function isDefaultVault(input: Input, terminal: Terminal): boolean {
  return vaultName(input, terminal) === DEFAULT_VAULT;
}

/** @throws ConfigurationError if the name has no known form. */
export async function vaultOf(input: Input, terminal: Terminal, log: Log): Promise<Vault> {
  return openVault(vaultName(input, terminal), log);
}
