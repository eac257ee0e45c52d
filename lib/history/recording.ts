/** Records a sample once, with all that follows from it, whoever else records the same. */
import { setTimeout as wait } from 'node:timers/promises';
import { CheckError } from '../errors.ts';
import type { Change } from './change.ts';
import { inOrder } from './order.ts';
import type { OrderRules } from './order.ts';
import { plan } from './notices.ts';
import type { NoticeRule, PlannedNotice } from './notices.ts';
import type { Memory } from './changes.ts';
import { asOf } from './set-back.ts';
import type { Sample } from './sample.ts';
import { addTo, DAY_MS, emptySpan, QUARTER_MS } from './span.ts';
import type { Entry, HistoryStore } from './store.ts';

export interface Rules extends OrderRules {
  readonly targets: readonly NoticeRule[];
}

/** Attempts while others write the same namespace. */
const ATTEMPTS = 8;
/** Milliseconds before the second attempt; each further one waits up to twice as long. */
const FIRST_PAUSE_MS = 20;

/**
 * @param now When it is recorded, to see whether the clock was ahead before. It was not unless given.
 * @returns The changes that it confirmed; undefined if the sample was recorded before.
 * @throws CheckError if the store does not work, or others write the same namespace all the time.
 */
export async function record(
  store: HistoryStore,
  sample: Sample,
  rules: Rules,
  now = Infinity,
): Promise<readonly Change[] | undefined> {
  const { namespace, at } = sample;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await wait(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    const loaded = await store.load(namespace, at);
    const before = asOf(now, sample, loaded.memory);
    if (loaded.isKnown && isTaken(sample, before)) return undefined;
    const { memory, changes, notices } = follow(before, sample, rules);
    const batch = { namespace, at, version: loaded.version, changes, notices };
    const [quarter, day] = [loaded.quarter ?? emptySpan(at, QUARTER_MS), loaded.day ?? emptySpan(at, DAY_MS)];
    const entry: Entry = {
      version: loaded.version,
      memory,
      sample,
      replaces: loaded.isKnown,
      quarter: loaded.isKnown ? quarter : addTo(quarter, sample),
      day: loaded.isKnown ? day : addTo(day, sample),
      changes,
      ...(changes.length + notices.length > 0 && { batch }),
    };
    if (await store.commit(namespace, entry)) return changes;
  }
  throw new CheckError('ConnectionError', `${store.location}: others write the history of ${namespace} all the time`);
}

/** Whether a sample of that time is in the memory: one that was recorded by a clock that was ahead is not any more. */
function isTaken({ at }: Sample, { lastAt = -Infinity, held }: Memory): boolean {
  return at <= lastAt || held.some((one) => one.at === at);
}

/** What a sample leads to, and those that waited for it. */
function follow(memory: Memory, sample: Sample, rules: Rules) {
  const changes: Change[] = [];
  const notices: PlannedNotice[] = [];
  const ordered = inOrder(memory, sample, rules, (taken) => {
    const planned = plan(taken, rules.targets);
    changes.push(...taken.changes);
    notices.push(...planned.notices);
    return planned.memory;
  });
  return { memory: ordered, changes, notices };
}
