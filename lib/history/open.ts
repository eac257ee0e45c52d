/** Opens the history that the command line or the environment names. */
import { ConfigurationError } from '../errors.ts';
import type { HistoryStore } from './store.ts';
import { StoredHistory } from './stored.ts';

/** The values of `--history` and `HEALTHGATE_HISTORY`. */
export const HISTORY_FORMS = 'file:<folder>, a folder, or dynamodb:<table>';

interface OpenOptions {
  /** Whether it is only read, while another process may write it. */
  readonly readOnly?: boolean;
  /** Whether something must have recorded to it before, so that a mistyped name makes no history of its own. */
  readonly mustExist?: boolean;
}

/**
 * Opens a history. Its code is imported only now, so that nothing loads what it does not use.
 *
 * @throws ConfigurationError if the name has no known form, or the folder cannot be opened.
 */
export async function openHistory(name: string, options: OpenOptions = {}): Promise<HistoryStore> {
  const [, scheme = 'file', rest = ''] = /^(?:([a-z][a-z0-9]+):)?(.*)$/s.exec(name) ?? [];
  if (rest.trim() === '') throw new ConfigurationError(`no history; expected ${HISTORY_FORMS}`);
  if (scheme === 'file') {
    const { EmbeddedItems } = await import('./embedded.ts');
    return new StoredHistory(await EmbeddedItems.open(rest, options));
  }
  if (scheme === 'dynamodb') {
    const { DynamoItems } = await import('./dynamodb.ts');
    return new StoredHistory(await DynamoItems.open(rest));
  }
  throw new ConfigurationError(`unknown kind of history; expected ${HISTORY_FORMS}`);
}
