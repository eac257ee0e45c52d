import { describe, expect, test } from 'vitest';
import { NOTHING_YET, step } from '../../../lib/history/changes.ts';
import type { Change } from '../../../lib/history/change.ts';
import type { Memory } from '../../../lib/history/changes.ts';
import { complete, plan } from '../../../lib/history/notices.ts';
import type { NoticeRule, PlannedNotice } from '../../../lib/history/notices.ts';
import type { CheckSample, Sample } from '../../../lib/history/sample.ts';

const MINUTE = 60_000;
const RULES = { confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }) };
const SLACK: NoticeRule = { target: 'slack', for: [], on: ['down', 'up'], afterMs: 0, updates: false, every: false };

/**
 * The samples of `c0`, `c1` … with one letter a check: `u`p, `d`egraded, down (`x`), down
 * because of the first (`c`) or of an address (`a`), or in maintenance (`m`). A row `!` has a cut-off observer.
 */
function history(rows: readonly string[], rules: readonly NoticeRule[] = [SLACK]) {
  let memory: Memory = NOTHING_YET;
  const changes: Change[] = [];
  const notices: PlannedNotice[] = [];
  rows.forEach((row, minute) => {
    const taken = step(memory, sampleAt(minute, row), RULES);
    const planned = plan(taken, rules);
    memory = planned.memory;
    changes.push(...taken.changes);
    notices.push(...planned.notices);
  });
  return { memory, changes, notices };
}

function sampleAt(minute: number, row: string): Sample {
  const isCutOff = row === '!';
  const checks = Array.from(isCutOff ? 'xx' : row, (letter, index): CheckSample => {
    const path = `c${String(index)}`;
    if (letter === 'u') return { path, state: 'up', durationMs: 1 };
    if (letter === 'm') return { path, state: 'maintenance', durationMs: 1 };
    if (letter === 'd') return { path, state: 'degraded', durationMs: 1, error: 'UnhealthyError: slow' };
    const causes = letter === 'c' ? [{ path: 'c0' }] : letter === 'a' ? [{ address: 'mq:5672' }] : undefined;
    return { path, state: 'down', durationMs: 1, error: 'ConnectionError: refused', ...(causes && { causes }) };
  });
  return { namespace: 'shop', at: minute * MINUTE, intervalMs: MINUTE, observerCutOff: isCutOff, checks };
}

describe('confirmed changes', () => {
  test('a blip changes nothing', () => {
    expect(history(['uu', 'xu', 'uu', 'ux', 'uu'])).toMatchObject({ changes: [], notices: [] });
  });

  test('an outage is told once when it begins and once when it ends', () => {
    const { changes, notices } = history(['u', 'x', 'x', 'x', 'u', 'u']);
    expect(changes.map(({ from, to, since, at }) => [from, to, since / MINUTE, at / MINUTE])).toEqual([
      ['up', 'down', 1, 2],
      ['down', 'up', 4, 4],
    ]);
    expect(notices.map(({ change }) => change.to)).toEqual(['down', 'up']);
    expect(new Set(changes.map(({ outage }) => outage)).size).toBe(1);
  });

  test('what fails because of another check belongs to its outage', () => {
    const { notices, memory } = history(['uuu', 'xcc', 'xcc', 'xcc', 'ucc', 'uuu']);
    expect(notices.map(({ change }) => [change.path, change.to, change.consequences])).toEqual([
      ['c0', 'down', ['c1', 'c2']],
      ['c0', 'up', ['c1', 'c2']],
    ]);
    expect(memory.outages).toEqual([]);
  });

  test('a cause that is found later than its consequence joins its outage', () => {
    const { changes, notices } = history(['uu', 'ux', 'ux', 'xc', 'xc', 'uu']);
    expect(changes.map(({ path, to }) => [path, to])).toEqual([
      ['c1', 'down'],
      ['c0', 'down'],
      ['c0', 'up'],
      ['c1', 'up'],
    ]);
    expect(new Set(changes.map(({ outage }) => outage)).size).toBe(1);
    expect(notices.map(({ change }) => change.to)).toEqual(['down', 'up']);
  });

  test('what is found later makes an update for a target that wants it', () => {
    const { notices } = history(['uu', 'ux', 'ux', 'xc', 'xc', 'uu'], [{ ...SLACK, updates: true }]);
    expect(notices.map(({ kind, change }) => [kind, change.path, change.to])).toEqual([
      ['change', 'c1', 'down'],
      ['update', 'c0', 'down'],
      ['change', 'c0', 'up'],
    ]);
  });

  test('while the observer is cut off, only the observer has an outage', () => {
    const { changes, notices } = history(['uu', '!', '!', '!', 'uu']);
    expect(changes.map(({ observer, path, to }) => [observer, path, to])).toEqual([
      [true, '', 'down'],
      [true, '', 'up'],
    ]);
    expect(notices.map(({ change }) => [change.observer, change.to])).toEqual([
      [true, 'down'],
      [true, 'up'],
    ]);
  });

  test('an outage goes on while anything that it broke is still down, and is not told again', () => {
    const { notices, memory } = history(['uuu', 'xcc', 'xcc', 'uxu', 'uxx', 'uxx', 'uuu']);
    expect(notices.map(({ change }) => change.to)).toEqual(['down', 'up']);
    expect(memory.outages).toEqual([]);
  });

  test('an outage begins with the first sample of whatever fails in it, also of what is found later', () => {
    const late = history(['uu', 'ux', 'ux', 'xc', 'xc'], [{ ...SLACK, updates: true }]);
    expect(late.notices.map(({ change }) => change.since / MINUTE)).toEqual([1, 1]);
    const early = history(['uu', 'xu', 'xc', 'xc'], [SLACK]);
    expect(early.memory.outages.map(({ since }) => since / MINUTE)).toEqual([1]);
  });

  test('a change tells its causes and its consequences', () => {
    const { changes } = history(['uuu', 'xcc', 'xcc']);
    expect(changes.map(({ path, causes, consequences }) => ({ path, causes, consequences }))).toEqual([
      { path: 'c0', causes: [], consequences: ['c1', 'c2'] },
      { path: 'c1', causes: [{ path: 'c0' }], consequences: [] },
      { path: 'c2', causes: [{ path: 'c0' }], consequences: [] },
    ]);
  });

  test('what fails because of the same address is one outage, told by one of the checks', () => {
    const { notices } = history(['uu', 'aa', 'aa', 'uu']);
    expect(notices.map(({ change }) => [change.to, change.path, change.causes, change.consequences])).toEqual([
      ['down', 'c0', [{ address: 'mq:5672' }], ['c1']],
      ['up', 'c0', [{ address: 'mq:5672' }], ['c1']],
    ]);
  });

  test('what fails for its own reason is an outage of its own', () => {
    const { notices } = history(['uu', 'xx', 'xx', 'ux', 'uu']);
    expect(notices.map(({ change }) => [change.path, change.to])).toEqual([
      ['c0', 'down'],
      ['c1', 'down'],
      ['c0', 'up'],
      ['c1', 'up'],
    ]);
  });

  test('a target that is told of some checks learns of an outage when one of them fails, with its cause', () => {
    const { notices } = history(['uu', 'xu', 'xu', 'xc', 'xc', 'xu', 'uu'], [{ ...SLACK, for: ['c1'] }]);
    expect(notices.map(({ change }) => [change.path, change.to, change.consequences])).toEqual([
      ['c0', 'down', ['c1']],
      ['c0', 'up', ['c1']],
    ]);
  });

  test('a notice lists what is not up when it is sent, as far as it concerns the target', () => {
    const { notices, memory } = history(['uuu', 'xdx', 'xdx']);
    const [notice] = notices;
    if (notice === undefined) throw new Error('no notice');
    const down = (path: string) => ({ path, state: 'down' });
    expect(complete(notice, SLACK, memory).notUp).toEqual([down('c0'), down('c2')]);
    expect(complete(notice, { ...SLACK, for: ['c2'] }, memory).notUp).toEqual([down('c2')]);
  });

  test('a check that is removed from the document ends its outage', () => {
    const { notices, changes } = history(['uu', 'ux', 'ux', 'u', 'u']);
    expect(notices.map(({ change }) => change.to)).toEqual(['down', 'up']);
    expect(changes.map(({ to }) => to)).toEqual(['down']);
  });

  test('a beat tells after each sample how the namespace is, whatever is confirmed', () => {
    const { notices } = history(['uu', 'xu', 'uu'], [{ ...SLACK, every: true }]);
    expect(notices.map(({ kind, change }) => [kind, change.to])).toEqual([
      ['beat', 'up'],
      ['beat', 'down'],
      ['beat', 'up'],
    ]);
  });

  test('during maintenance, nobody is told of an outage that was confirmed before', () => {
    const rule = { ...SLACK, afterMs: 2 * MINUTE };
    expect(history(['u', 'x', 'x', 'm', 'm', 'm', 'u'], [rule]).notices).toEqual([]);
    expect(history(['u', 'x', 'x', 'm', 'x', 'u'], [rule]).notices).toHaveLength(2);
  });

  test('maintenance makes no change', () => {
    expect(history(['u', 'm', 'm', 'm', 'u'])).toMatchObject({ changes: [], notices: [] });
  });

  test('an outage that ends within the time that it must last is told to nobody', () => {
    const rule = { ...SLACK, afterMs: 3 * MINUTE };
    expect(history(['u', 'x', 'x', 'x', 'u'], [rule]).notices).toEqual([]);
    expect(history(['u', 'x', 'x', 'x', 'x', 'x', 'u'], [rule]).notices).toHaveLength(2);
  });

  test('degraded counts as up for whoever does not ask for it', () => {
    expect(history(['u', 'd', 'd', 'd', 'u']).notices).toEqual([]);
    const asked: NoticeRule = { ...SLACK, on: ['down', 'degraded', 'up'] };
    expect(history(['u', 'd', 'd', 'x', 'x', 'd', 'u'], [asked]).notices.map(({ change }) => change.to)).toEqual([
      'degraded',
      'down',
      'degraded',
      'up',
    ]);
  });
});
