import { expect, test } from 'vitest';
import { NOTHING_YET, step } from '../../../lib/history/changes.ts';
import { complete, plan } from '../../../lib/history/notices.ts';
import type { Notice, NoticeRule } from '../../../lib/history/notices.ts';
import type { Sample } from '../../../lib/history/sample.ts';

const MINUTE = 60_000;
const RULES = { confirmation: () => ({ failuresBeforeDown: 1, successesBeforeUp: 1 }) };
const TARGET: NoticeRule = { target: 't', for: [], on: ['down', 'up'], afterMs: 0, updates: false, every: false };

/** @param rows The states of the checks `c0`, `c1`, … minute by minute: `u`p, `d`egraded, down (`x`). */
function noticesOf(rows: readonly string[], rule: NoticeRule): readonly Notice[] {
  let memory = NOTHING_YET;
  return rows.flatMap((row, minute) => {
    const states = { u: 'up', d: 'degraded', x: 'down' } as const;
    const checks = Array.from(row, (letter, index) => {
      return { path: `c${String(index)}`, state: states[letter as keyof typeof states], durationMs: 1 };
    });
    const sample: Sample = { namespace: 's', at: minute * MINUTE, intervalMs: MINUTE, observerCutOff: false, checks };
    const planned = plan(step(memory, sample, RULES), [rule]);
    ({ memory } = planned);
    return planned.notices.map((notice) => complete(notice, rule, planned.memory));
  });
}

test('a notice lists what is not up of the outages that its target knows of, and of no other', () => {
  const rule = { ...TARGET, afterMs: 2 * MINUTE };
  const [told] = noticesOf(['uu', 'xu', 'xu', 'xx', 'xu'], rule);
  expect(told?.notUp).toEqual([{ path: 'c0', state: 'down' }]);
});

test('what is degraded is listed only for a target that wants to know of it', () => {
  const rows = ['uu', 'du', 'dx'];
  expect(noticesOf(rows, TARGET).at(-1)?.notUp).toEqual([{ path: 'c1', state: 'down' }]);
  const both = noticesOf(rows, { ...TARGET, on: ['down', 'up', 'degraded'] }).at(-1);
  expect(both?.notUp).toEqual([
    { path: 'c0', state: 'degraded' },
    { path: 'c1', state: 'down' },
  ]);
});

test('the notice of the end says when the outage began', () => {
  const [, over] = noticesOf(['u', 'x', 'x', 'u'], TARGET);
  expect(over).toMatchObject({ began: MINUTE, change: { to: 'up', since: 3 * MINUTE }, notUp: [] });
});
