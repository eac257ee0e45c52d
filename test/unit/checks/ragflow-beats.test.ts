import { describe, expect, it } from 'vitest';
import { beatIn, throughputOf } from '../../../lib/checks/systems/ragflow-beats.ts';
import type { Beat } from '../../../lib/checks/systems/ragflow-beats.ts';

const EVERY_MS = 30_000;

/** A beat in this interval, with so many tasks done and failed since the boot. */
function beat(slot: number, done: number, failed = 0, more: Partial<Beat> = {}): Beat {
  return { at: slot * EVERY_MS + 500, bootAt: 'first', done, failed, pending: 0, lag: 0, ...more };
}

/** The values of a series, by the number of their interval. */
function bySlot(histories: readonly (readonly Beat[])[], name: 'done' | 'failed' | 'pending' | 'lag'): object {
  const points = throughputOf(histories, EVERY_MS)[name];
  return Object.fromEntries(points.map(({ at, value }) => [at / EVERY_MS, value]));
}

describe('the tasks of an interval', () => {
  const again = { bootAt: 'second' };
  it.each<[string, Beat[][], object]>([
    ['are nothing without heartbeats', [[]], {}],
    ['are unknown before the first heartbeat, so they are none', [[beat(1, 7)]], { 1: 0 }],
    [
      'are what has been added since the heartbeat before',
      [[beat(1, 7), beat(2, 7), beat(3, 9)]],
      { 1: 0, 2: 0, 3: 2 },
    ],
    ['are all that is counted after a restart', [[beat(1, 7), beat(2, 3, 0, again)]], { 1: 0, 2: 3 }],
    ['are right after a restart that has counted further', [[beat(1, 7), beat(2, 9, 0, again)]], { 1: 0, 2: 9 }],
    ['survive two restarts', [[beat(1, 5), beat(2, 1, 0, again), beat(3, 2)]], { 1: 0, 2: 1, 3: 2 }],
    ['are never negative, whatever the counter does', [[beat(1, 7), beat(2, 4)]], { 1: 0, 2: 4 }],
    ['include those of a missing heartbeat, which has no interval', [[beat(1, 7), beat(4, 10)]], { 1: 0, 4: 3 }],
    ['are added up when two heartbeats fall into one', [[beat(1, 1), beat(2, 2), beat(2, 5)]], { 1: 0, 2: 4 }],
    [
      'are those of all executors',
      [
        [beat(1, 1), beat(2, 4)],
        [beat(2, 10), beat(3, 11)],
      ],
      { 1: 0, 2: 3, 3: 1 },
    ],
  ])('%s', (_name, histories, expected) => {
    expect(bySlot(histories, 'done')).toEqual(expected);
  });

  it('are told for failed ones alike', () => {
    expect(bySlot([[beat(1, 0, 2), beat(2, 0, 5), beat(3, 0, 1, again)]], 'failed')).toEqual({ 1: 0, 2: 3, 3: 1 });
  });

  it('have the largest queue that any executor has seen', () => {
    const histories = [[beat(1, 0, 0, { pending: 2, lag: 9 })], [beat(1, 0, 0, { pending: 3, lag: 1 })]];
    expect([bySlot(histories, 'pending'), bySlot(histories, 'lag')]).toEqual([{ 1: 3 }, { 1: 9 }]);
  });
});

describe('a heartbeat', () => {
  const written = { boot_at: '2026-01-01T00:00:00.000+00:00', done: 1, failed: 2, pending: 3, lag: 4, current: {} };

  it('is read as RAGFlow writes it', () => {
    const { boot_at: bootAt, done, failed, pending, lag } = written;
    expect(beatIn(JSON.stringify(written), 5)).toEqual({ at: 5, bootAt, done, failed, pending, lag });
  });

  it.each([
    ['is cut off', '{"boot_at": "2026'],
    ['is a page of HTML', '<html></html>'],
    ['is no object', '[]'],
    ['is null', 'null'],
    ['has levels without end', '['.repeat(500_000)],
    ['has no time of its boot', JSON.stringify({ ...written, boot_at: undefined })],
    ['has a text instead of a number', JSON.stringify({ ...written, done: '1' })],
    ['has a negative number', JSON.stringify({ ...written, failed: -1 })],
    ['has a number that is too large to count with', JSON.stringify(written).replace('"lag":4', '"lag":1e300')],
    ['has a fraction', JSON.stringify({ ...written, pending: 0.5 })],
  ])('is refused if it %s', (_name, text) => {
    expect(beatIn(text, 0)).toBeUndefined();
  });
});
