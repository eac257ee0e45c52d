/** What holds for every history, however checks fail, samples come and windows of maintenance lie. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../lib/history/change.ts';
import { NOTHING_YET, step } from '../../../lib/history/changes.ts';
import type { Memory } from '../../../lib/history/changes.ts';
import { plan } from '../../../lib/history/notices.ts';
import type { NoticeRule, PlannedNotice } from '../../../lib/history/notices.ts';
import { inOrder } from '../../../lib/history/order.ts';
import { WHOLE } from '../../../lib/history/sample.ts';
import type { CheckSample, Sample, SampledState, State } from '../../../lib/history/sample.ts';
import { addTo, DAY_MS, emptySpan, QUARTER_MS } from '../../../lib/history/span.ts';
import { badness } from '../../../lib/history/standing.ts';

const MINUTE = 60_000;
const PATHS = ['rabbit', 'workers/mail', 'workers/images', 'redis'];
const LATE_SLOTS = 2;

const confirmation = fc.record({
  failuresBeforeDown: fc.integer({ min: 1, max: 4 }),
  successesBeforeUp: fc.integer({ min: 1, max: 3 }),
});

const state = fc.oneof(
  { weight: 5, arbitrary: fc.constant<SampledState>('up') },
  { weight: 4, arbitrary: fc.constant<SampledState>('down') },
  { weight: 1, arbitrary: fc.constant<SampledState>('degraded') },
  { weight: 1, arbitrary: fc.constant<SampledState>('maintenance') },
);

/** One run: the states of the checks, which of them fail because of the first, and whether the observer is cut off. */
const run = fc.record({
  states: fc.tuple(...PATHS.map(() => state)),
  causedByFirst: fc.tuple(...PATHS.map(() => fc.boolean())),
  isCutOff: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  isMissing: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const history = fc.array(run, { maxLength: 60 }).map((runs) =>
  runs.flatMap(({ states, causedByFirst, isCutOff, isMissing }, slot): Sample[] => {
    // The first one is there, since what comes before it cannot be told from what never was.
    if (isMissing && slot > 0) return [];
    const checks = PATHS.map((path, index): CheckSample => {
      const own = states[index] ?? 'up';
      const isConsequence = index > 0 && own === 'down' && states[0] === 'down' && causedByFirst[index] === true;
      const causes = isConsequence ? [{ path: 'rabbit' }] : undefined;
      return { path, state: own, durationMs: slot, ...(own !== 'up' && { error: 'E: e' }), ...(causes && { causes }) };
    });
    const worst = states.includes('down') ? 'down' : 'up';
    const whole: CheckSample = { path: WHOLE, state: worst, durationMs: slot };
    const sample = { namespace: 'shop', at: slot * MINUTE, intervalMs: MINUTE, observerCutOff: isCutOff };
    return [{ ...sample, checks: [whole, ...checks] }];
  }),
);

const target = fc.record({
  target: fc.constant('slack'),
  for: fc.oneof(fc.constant([]), fc.constant(['workers']), fc.constant(['redis', 'rabbit'])),
  on: fc.constantFrom<readonly State[]>(['down', 'up'], ['down', 'degraded', 'up']),
  afterMs: fc.constantFrom(0, 2 * MINUTE),
  updates: fc.boolean(),
  every: fc.constant(false),
});

type Confirmations = ReturnType<typeof rulesOf>;
const rulesOf = (own: { failuresBeforeDown: number; successesBeforeUp: number }) => ({
  lateSlots: LATE_SLOTS,
  confirmation: () => own,
});

function follow(samples: readonly Sample[], rules: Confirmations, targets: readonly NoticeRule[] = []) {
  let memory: Memory = NOTHING_YET;
  const changes: Change[] = [];
  const notices: PlannedNotice[] = [];
  for (const sample of samples) {
    const taken = step(memory, sample, rules);
    const planned = plan(taken, targets);
    changes.push(...taken.changes);
    notices.push(...planned.notices);
    memory = planned.memory;
  }
  return { memory, changes, notices };
}

/** Handed over as they come. */
function receive(samples: readonly Sample[], rules: Confirmations) {
  let memory: Memory = NOTHING_YET;
  const changes: Change[] = [];
  for (const sample of samples) {
    memory = inOrder(memory, sample, rules, (taken) => {
      changes.push(...taken.changes);
      return taken.memory;
    });
  }
  return { memory, changes };
}

/** Those with the same key together, in their order. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

/** Whose change it is: a check's, or the observer's. */
function whose({ path, observer }: Change): string {
  return observer === true ? 'the observer' : `check ${path}`;
}

describe('for every history', () => {
  test('each change of a check begins where the one before it ended', () => {
    fc.assert(
      fc.property(history, confirmation, (samples, own) => {
        for (const changes of grouped(follow(samples, rulesOf(own)).changes, whose)) {
          changes.forEach(({ from, to }, index) => {
            expect(from).toBe(changes[index - 1]?.to ?? 'up');
            expect(to).not.toBe(from);
          });
        }
      }),
    );
  });

  test('a change for the worse or the better takes as many samples in a row as the check says', () => {
    fc.assert(
      fc.property(history, confirmation, (samples, own) => {
        for (const { path, from, to, at, since, observer } of follow(samples, rulesOf(own)).changes) {
          if (observer === true) continue;
          const seen = samples
            .filter((sample) => sample.at <= at && !sample.observerCutOff)
            .flatMap((sample) => sample.checks.filter((check) => check.path === path))
            .flatMap((check) => (check.state === 'maintenance' ? [] : [badness(check.state)]));
          const isWorse = badness(to) > badness(from);
          const last = seen.slice(-(isWorse ? own.failuresBeforeDown : own.successesBeforeUp));
          expect(last).toHaveLength(isWorse ? own.failuresBeforeDown : own.successesBeforeUp);
          expect(isWorse ? Math.min(...last) : Math.max(...last)).toBe(badness(to));
          expect(since).toBeLessThanOrEqual(at);
        }
      }),
    );
  });

  test('samples that come late or twice lead to the same changes', () => {
    const lateness = fc.array(fc.integer({ min: 0, max: LATE_SLOTS - 1 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(history, confirmation, lateness, fc.boolean(), (samples, own, delays, isTwice) => {
        // The first one comes first, and the end is quiet, so that nothing waits any more.
        const end = Array.from({ length: LATE_SLOTS + 1 }, (_, index) => quietAt((60 + index) * MINUTE));
        const late = samples.map((sample, index) => ({ sample, at: sample.at + (delays[index] ?? 0) * MINUTE * 1.5 }));
        const sorted = late.toSorted((a, b) => a.at - b.at).map(({ sample }) => sample);
        const first = samples.slice(0, 1);
        const received = [...first, ...sorted.flatMap((one) => (isTwice ? [one, one] : [one])), ...end];
        const expected = follow([...samples, ...end], rulesOf(own));
        const got = receive(received, rulesOf(own));
        expect(got.changes).toEqual(expected.changes);
        expect(got.memory).toEqual(expected.memory);
      }),
    );
  });

  test('a target is told of each outage when it begins and when it ends, and all of them end', () => {
    fc.assert(
      fc.property(history, confirmation, target, (samples, own, rule) => {
        const end = Array.from({ length: 5 }, (_, index) => quietAt((60 + index) * MINUTE));
        const { notices, memory } = follow([...samples, ...end], rulesOf(own), [rule]);
        expect(memory.outages).toEqual([]);
        expect(new Set(notices.map(({ id }) => id)).size).toBe(notices.length);
        for (const told of grouped(notices, ({ change }) => change.outage)) {
          const levels = told.filter(({ kind }) => kind === 'change').map(({ change }) => change.to);
          expect(levels.at(0)).not.toBe('up');
          expect(levels.at(-1)).toBe('up');
          levels.forEach((level, index) => {
            expect(level).not.toBe(levels[index - 1]);
          });
        }
      }),
    );
  });

  test('times in each state and gaps add up to the whole time', () => {
    fc.assert(
      fc.property(history, (samples) => {
        for (const lengthMs of [QUARTER_MS, DAY_MS]) {
          const slots = new Set(samples.map(({ at }) => Math.floor(at / lengthMs) * lengthMs));
          for (const at of slots) {
            const own = samples.filter((sample) => sample.at >= at && sample.at < at + lengthMs);
            const span = own.reduce(addTo, emptySpan(at, lengthMs));
            const known = own.filter(({ observerCutOff }) => !observerCutOff).length * MINUTE;
            for (const { ms, troubles } of span.checks.values()) {
              expect(ms.up + ms.degraded + ms.down + ms.maintenance).toBe(known);
              expect(known).toBeLessThanOrEqual(lengthMs);
              const troubled = troubles.reduce((sum, { from, to }) => sum + to - from, 0);
              expect(troubled).toBeGreaterThanOrEqual(ms.down + ms.degraded);
            }
          }
        }
      }),
    );
  });
});

function quietAt(at: number): Sample {
  const checks = [WHOLE, ...PATHS].map((path): CheckSample => ({ path, state: 'up', durationMs: 1 }));
  return { namespace: 'shop', at, intervalMs: MINUTE, observerCutOff: false, checks };
}
