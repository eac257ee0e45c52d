import { expect, test } from 'vitest';
import { join } from '../../../lib/history/outage.ts';

test('a check that failed earlier than it was believed moves the beginning of its outage', () => {
  const scene = { namespace: 'shop', at: 5, sampled: new Map() };
  const first = join([], { check: { path: 'mail', causes: [{ path: 'mq' }] }, since: 4 }, scene);
  const second = join(first.outages, { check: { path: 'mq' }, since: 2 }, scene);
  expect(second.id).toBe(first.id);
  expect(second.outages).toMatchObject([{ since: 2, cause: { path: 'mq' }, members: ['mail', 'mq'] }]);
});
