import { expect, test } from 'vitest';
import { Joining, MAX_OUTAGES } from '../../../lib/history/joining.ts';

const SCENE = { namespace: 'shop', at: 5, sampled: new Map() };

test('a check that failed earlier than it was believed moves the beginning of its outage', () => {
  const joining = new Joining([], SCENE);
  const first = joining.join({ check: { path: 'mail', causes: [{ path: 'mq' }] }, since: 4 });
  expect(joining.join({ check: { path: 'mq' }, since: 2 })).toBe(first);
  expect(joining.outages).toMatchObject([{ since: 2, cause: { path: 'mq' }, members: ['mail', 'mq'] }]);
});

test('when a hundred checks fail for a hundred reasons, the outages are few', () => {
  const joining = new Joining([], SCENE);
  for (let index = 0; index < 100; index += 1) joining.join({ check: { path: `c${String(index)}` }, since: 4 });
  expect(joining.outages).toHaveLength(MAX_OUTAGES);
  expect(joining.outages.flatMap(({ members }) => members)).toHaveLength(100);
});
