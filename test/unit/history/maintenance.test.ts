import { describe, expect, test } from 'vitest';
import { windowsIn } from '../../../lib/history/maintenance.ts';
import { maintenanceEnd } from '../../../lib/history/under-way.ts';
import { mistakesInMaintenance } from '../../../lib/history/maintenance-rules.ts';
import { LEAF, namespaceOf } from '../../support/namespace.ts';

const iso = (time: number) => new Date(time).toISOString().replace(':00.000Z', 'Z');

/** The windows in a range of UTC times, as texts. */
function windows(item: Record<string, unknown>, from: string, to: string): string[] {
  const range = { from: Date.parse(from), to: Date.parse(to) };
  return windowsIn([item], [], range).map((window) => `${iso(window.from)} to ${iso(window.to)}`);
}

const nightly = (zone: string, cron = '30 2 * * *') => ({ cron, zone, duration: 3600 });

describe('an item with very many windows', () => {
  test('hides none of another item', () => {
    const always = { cron: '* * * 1 *', zone: 'UTC', duration: 31 * 24 * 3600, checks: ['cache'] };
    const now = { from: '2027-01-10T22:00Z', to: '2027-01-11T02:00Z', checks: ['postgres'] };
    const at = Date.parse('2027-01-10T23:00Z');
    const found = windowsIn([always, always, now], [], { from: at, to: at + 1 });
    expect(maintenanceEnd(found, 'postgres', at)).toBe(Date.parse(now.to));
    expect(found.length).toBeLessThan(510);
  });
});

describe('a window with two times', () => {
  test.each([
    ['2027-01-10T22:00:00+01:00', '2027-01-11T02:00:00+01:00', undefined, '2027-01-10T21:00Z to 2027-01-11T01:00Z'],
    ['2027-01-10T22:00Z', '2027-01-11T02:00Z', undefined, '2027-01-10T22:00Z to 2027-01-11T02:00Z'],
    ['2027-01-10T22:00:00', '2027-01-11 02:00', 'Europe/Berlin', '2027-01-10T21:00Z to 2027-01-11T01:00Z'],
    // The clock is put forward from 2 to 3: a time between them counts as that much later.
    ['2027-03-28T02:30', '2027-03-28T04:00', 'Europe/Berlin', '2027-03-28T01:30Z to 2027-03-28T02:00Z'],
    // The clock is put back from 3 to 2: 2:30 occurs twice, and the first counts.
    ['2027-10-31T02:30', '2027-10-31T04:00', 'Europe/Berlin', '2027-10-31T00:30Z to 2027-10-31T03:00Z'],
    ['2026-11-01T01:30', '2026-11-01T03:00', 'America/New_York', '2026-11-01T05:30Z to 2026-11-01T08:00Z'],
    // Lord Howe changes by half an hour.
    ['2026-10-04T01:30', '2026-10-04T03:00', 'Australia/Lord_Howe', '2026-10-03T15:00Z to 2026-10-03T16:00Z'],
    ['2027-04-04T01:00', '2027-04-04T03:00', 'Australia/Lord_Howe', '2027-04-03T14:00Z to 2027-04-03T16:30Z'],
  ])('from %s to %s in %s is %s', (from, to, zone, expected) => {
    const item = { from, to, ...(zone !== undefined && { zone }) };
    expect(windows(item, '2026-01-01T00:00Z', '2028-01-01T00:00Z')).toEqual([expected]);
  });

  test('is left out of a range that it does not touch', () => {
    const item = { from: '2027-01-10T22:00Z', to: '2027-01-11T02:00Z' };
    expect(windows(item, '2027-01-11T02:00Z', '2027-01-12T00:00Z')).toEqual([]);
    expect(windows(item, '2027-01-11T01:59Z', '2027-01-12T00:00Z')).toHaveLength(1);
  });
});

describe('a window by cron', () => {
  test.each([
    ['Europe/Berlin', '30 2 * * *', '2027-03-27', ['2027-03-27T01:30Z', '2027-03-28T01:00Z', '2027-03-29T00:30Z']],
    ['Europe/Berlin', '30 2 * * *', '2027-10-30', ['2027-10-30T00:30Z', '2027-10-31T00:30Z', '2027-11-01T01:30Z']],
    ['America/New_York', '30 2 * * *', '2027-03-13', ['2027-03-13T07:30Z', '2027-03-14T07:00Z', '2027-03-15T06:30Z']],
    ['America/New_York', '30 1 * * *', '2026-10-31', ['2026-10-31T05:30Z', '2026-11-01T05:30Z', '2026-11-02T06:30Z']],
    [
      'Australia/Lord_Howe',
      '15 2 * * *',
      '2026-10-03',
      ['2026-10-03T15:30Z', '2026-10-04T15:15Z', '2026-10-05T15:15Z'],
    ],
    [
      'Australia/Lord_Howe',
      '45 1 * * *',
      '2027-04-03',
      ['2027-04-03T14:45Z', '2027-04-04T15:15Z', '2027-04-05T15:15Z'],
    ],
  ])('in %s at %s from %s begins once a day, also when the clock changes', (zone, cron, day, begins) => {
    const from = Date.parse(`${day}T00:00Z`);
    const range = { from, to: from + 3 * 24 * 3_600_000 };
    expect(windowsIn([nightly(zone, cron)], [], range).map((window) => iso(window.from))).toEqual(begins);
  });

  test('lasts as many seconds as it says over a change of the clock', () => {
    const item = { cron: '0 1 * * *', zone: 'Europe/Berlin', duration: 4 * 3600 };
    expect(windows(item, '2027-03-28T03:00Z', '2027-03-28T05:00Z')).toEqual(['2027-03-28T00:00Z to 2027-03-28T04:00Z']);
  });

  test('belongs to a range that begins in its middle', () => {
    const range = ['2027-06-01T01:00:00Z', '2027-06-01T01:00:01Z'] as const;
    expect(windows(nightly('Europe/Berlin'), ...range)).toEqual(['2027-06-01T00:30Z to 2027-06-01T01:30Z']);
  });

  test('is told of a bounded number of times in a long range', () => {
    const item = { cron: '* * * * *', zone: 'UTC', duration: 30 };
    expect(windows(item, '2027-01-01T00:00Z', '2028-01-01T00:00Z')).toHaveLength(500);
  });
});

describe('maintenance of a check', () => {
  const at = Date.parse('2027-01-10T23:00Z');
  const window = (checks: readonly string[]) => [{ from: at, to: at + 60_000, checks }];

  test.each([
    [[], 'cache/data', true],
    [[], '', true],
    [['cache'], 'cache/data', true],
    [['cache/data'], 'cache/data', true],
    [['cach'], 'cache/data', false],
    [['cache'], '', false],
  ])('by a window of %j is, for %j, %s', (checks, path, expected) => {
    expect(maintenanceEnd(window(checks), path, at)).toBe(expected ? at + 60_000 : undefined);
  });

  test('ends with the window', () => {
    expect(maintenanceEnd(window([]), 'a', at - 1)).toBeUndefined();
    expect(maintenanceEnd(window([]), 'a', at + 59_999)).toBe(at + 60_000);
    expect(maintenanceEnd(window([]), 'a', at + 60_000)).toBeUndefined();
  });

  test('ends with the last of the windows that are under way', () => {
    const longer = { from: at - 60_000, to: at + 120_000, checks: ['cache'] };
    const later = { from: at + 60_000, to: at + 240_000, checks: [] };
    expect(maintenanceEnd([longer, ...window([]), later], 'cache', at)).toBe(at + 120_000);
  });
});

describe('a mistake in maintenance', () => {
  const right = { from: '2027-01-10T22:00Z', to: '2027-01-11T02:00Z' };

  test.each([
    [{ from: '2027-01-10T22:00Z' }, 'to: missing'],
    [{ ...right, to: '2027-01-10T22:00Z' }, 'to: must be later than from'],
    [{ ...right, from: '2027-01-10' }, 'from: must be a time such as'],
    [{ ...right, from: '2027-13-10T22:00Z' }, 'from: is not a valid date'],
    [{ ...right, from: '2027-02-30T22:00', zone: 'UTC' }, 'from: is not a valid date'],
    [{ ...right, from: '2027-01-10T22:00' }, 'from: needs a zone beside it'],
    [{ ...right, zone: 'Europe/Berln' }, 'did you mean Europe/Berlin?'],
    [{ ...right, check: ['db'] }, 'check: unknown key; did you mean checks?'],
    [{ ...right, checks: ['dbs'] }, 'checks.0: no check or group at dbs; did you mean db?'],
    [{ ...right, checks: [] }, 'checks: expected at least one entry'],
    [{ cron: '0 3 * * *', zone: 'UTC', duration: 60, checks: [] }, 'checks: expected at least one entry'],
    [{ ...right, checks: 'db' }, 'checks: expected array, got string'],
    [{ cron: '0 3 * *', zone: 'UTC', duration: 60 }, 'cron: must be a cron expression of five parts'],
    [{ cron: '0 0 30 2 *', zone: 'UTC', duration: 60 }, 'cron: never happens'],
    [{ cron: '0 3 31 2 *', zone: 'UTC', duration: 60 }, 'cron: never happens'],
    [{ cron: '0 25 * * *', zone: 'UTC', duration: 60 }, 'cron: is no valid cron expression'],
    [{ cron: '2027-01-10T22:00', zone: 'UTC', duration: 60 }, 'cron: must be a cron expression of five parts'],
    [{ cron: '0 3 * * *', duration: 60 }, 'zone: missing'],
    [{ cron: '0 3 * * *', zone: 'UTC' }, 'duration: missing'],
    [{ cron: '0 3 * * *', zone: 'UTC', duration: 0 }, 'duration: must be'],
    [{ cron: '* * * * *', zone: 'UTC', duration: 3600 }, 'duration: must be shorter than the time from one beginning'],
    [{ cron: '0 3 * * *', zone: 'UTC', duration: 90_000 }, 'duration: must be shorter than'],
    [{ cron: '30 1 * * *', zone: 'Europe/Berlin', duration: 86_400 }, 'duration: must be shorter than'],
    [{ cron: '0,50 * * * *', zone: 'UTC', duration: 3000 }, 'duration: must be shorter than'],
  ])('%j is told, and leaves the other windows working', async (item, expected) => {
    const { root } = await namespaceOf({ checks: { db: LEAF } });
    const items = [item, { ...right, text: 'the other' }];
    const problems = mistakesInMaintenance(items, root).map(({ path, message }) => `${path}: ${message}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('maintenance.0.');
    expect(problems[0]).toContain(expected);
    const range = { from: Date.parse('2027-01-10T23:00Z'), to: Date.parse('2027-01-10T23:01Z') };
    expect(windowsIn(items, [], range).map(({ text }) => text)).toContain('the other');
  });

  test.each([
    ['* * * * *', 59],
    ['0 3 * * *', 86_399],
    ['0,10,50 * * * *', 1800],
    ['* 8-17 * * *', 60],
    ['* * 2-31 * *', 60],
    ['* 0-22 * * *', 3600],
    ['* * * * mon-fri', 60],
    ['0 0 * * fri,sat', 86_400],
    ['* * * 1-11 *', 60],
    ['0 0 29 2 *', 2_678_400],
  ])('is not made by windows at %s of %i s, since there is a pause between some of them', (cron, duration) => {
    const items = [{ cron, zone: 'Europe/Berlin', duration }];
    expect(mistakesInMaintenance(items, { name: '', parts: [] })).toEqual([]);
  });

  test('is not made by an item that is right', async () => {
    const { root } = await namespaceOf({ checks: { cache: { data: LEAF } } });
    const items = [right, nightly('UTC'), { ...right, checks: ['cache', 'cache/data'], text: 'why' }];
    expect(mistakesInMaintenance(items, root)).toEqual([]);
  });
});
