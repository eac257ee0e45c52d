/** Sends dead letters again, when what kept them from their targets has been mended. */
import { complete } from '../history/notices.ts';
import type { DeadLetter, HistoryStore } from '../history/store.ts';
import type { Log } from '../log.ts';
import type { Target } from '../notify/target.ts';
import type { Vault } from '../vault/vault.ts';
import { reasonIn } from './retry.ts';
import { setUp } from './set-up.ts';

export interface ReplayOptions {
  readonly store: Pick<HistoryStore, 'deadLetters' | 'raise' | 'memory'>;
  readonly vault: Pick<Vault, 'namespace'>;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Chooses which target of the document gets what was for one that it names no more. */
  readonly choose?: ((targets: readonly Target[]) => Target) | undefined;
}

export interface Replayed {
  readonly letter: DeadLetter;
  /** Why it is still a dead letter; it was sent if there is none. */
  readonly error?: string;
}

const NO_TARGET = 'the document names no such target any more; send it to another one with --target';

/**
 * Sends the dead letters of a namespace, the earliest first. One that was sent is forgotten; the others stay.
 *
 * @throws CheckError if the vault or the store does not work.
 */
export async function replay(
  name: string,
  { store, vault, log, signal, now, choose }: ReplayOptions,
): Promise<Replayed[]> {
  const namespace = await vault.namespace(name);
  const { targets } = namespace === undefined ? { targets: [] } : await setUp(namespace, log);
  const instead = choose?.(targets);
  const replayed: Replayed[] = [];
  for (const letter of await store.deadLetters(name)) {
    if (signal.aborted) break;
    const target = targetOf(letter, targets, instead);
    if (target === undefined) {
      replayed.push({ letter, error: NO_TARGET });
      continue;
    }
    try {
      await target.send(complete(letter.notice, target.rule, await store.memory(name)), { signal, now });
    } catch (error) {
      replayed.push({ letter, error: reasonIn(error) });
      continue;
    }
    await store.raise(name, letter.id);
    replayed.push({ letter });
  }
  return replayed;
}

/**
 * The target that it was for. One of that type may have another address by now, if there is only one.
 *
 * @param instead The target that was chosen for what is for none of them.
 */
function targetOf({ notice }: DeadLetter, targets: readonly Target[], instead: Target | undefined): Target | undefined {
  const same = targets.find(({ rule }) => rule.target === notice.target);
  const [alike, ...others] = targets.filter(({ type }) => notice.target.startsWith(`${type}-`));
  return same ?? instead ?? (others.length === 0 ? alike : undefined);
}
