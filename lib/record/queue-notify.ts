/** Sends the notice that a message holds to its target, and keeps it as a dead letter where that cannot be done. */
import type { PlannedNotice } from '../history/notice.ts';
import { complete } from '../history/notices.ts';
import type { HistoryStore } from '../history/store.ts';
import type { Log } from '../log.ts';
import type { Target } from '../notify/target.ts';
import type { Count } from '../telemetry/counters.ts';
import type { Vault } from '../vault/vault.ts';
import { Later } from './queue-consumer.ts';
import type { Received } from './queue-consumer.ts';
import { noticeIn } from './queue-messages.ts';
import { nextAttempt, NOTICE_PATIENCE_MS, reasonIn } from './retry.ts';
import { setUp } from './set-up.ts';

/** The targets that the document of a namespace names; none if there is no such namespace. */
export type TargetsOf = (namespace: string) => Promise<readonly Target[]>;

interface SendingNotices {
  readonly targetsOf: TargetsOf;
  readonly store: Pick<HistoryStore, 'bury' | 'memory'>;
  readonly count: Count;
  readonly log: Log;
  readonly now: () => number;
}

/** Milliseconds after which a beat says nothing any more. */
const MAX_BEAT_AGE_MS = 120_000;
/** A document is kept for a minute, so the recorder may know a target that this process does not know yet. */
const UNKNOWN_TARGET = { pauseS: 70, receives: 2 };

/** @returns What handles a message. It throws `Later` where the message has to come again. */
export function sendNotice({
  targetsOf,
  store,
  count,
  log,
  now,
}: SendingNotices): (message: Received) => Promise<void> {
  const bury = async (notice: PlannedNotice, error: string): Promise<void> => {
    const { id, kind, target, change } = notice;
    if (kind !== 'beat') await store.bury(change.namespace, { id, notice, at: now(), error });
    log.error('a notice is given up, and kept as a dead letter', { namespace: change.namespace, target, id, error });
    await count('DeadLetters');
  };
  return async ({ body, receives }) => {
    const notice = noticeIn(body);
    const { id, kind, change } = notice;
    const isStale = kind === 'beat' && now() - change.at > MAX_BEAT_AGE_MS;
    if (isStale) return;
    try {
      const target = (await targetsOf(change.namespace)).find(({ rule }) => rule.target === notice.target);
      if (target === undefined) {
        if (receives <= UNKNOWN_TARGET.receives) throw new Later(UNKNOWN_TARGET.pauseS);
        log.warn('a notice is for a target that is gone', { namespace: change.namespace, target: notice.target, id });
        return;
      }
      const whole = complete(notice, target.rule, await store.memory(change.namespace));
      await target.send(whole, { signal: new AbortController().signal, now });
    } catch (error) {
      if (error instanceof Later) throw error;
      const ageMs = now() - change.at;
      const pauseMs = nextAttempt(error, { attempts: receives, ageMs, patienceMs: NOTICE_PATIENCE_MS });
      if (pauseMs === undefined) {
        await bury(notice, reasonIn(error));
        return;
      }
      log.warn('a notice could not be sent, and will be sent again', { namespace: change.namespace, id, error });
      throw new Later(pauseMs / 1000);
    }
  };
}

export function targetsIn(vault: Pick<Vault, 'namespace'>, log: Log): TargetsOf {
  return async (name) => {
    const namespace = await vault.namespace(name);
    return namespace === undefined || namespace.disabled ? [] : (await setUp(namespace, log)).targets;
  };
}
