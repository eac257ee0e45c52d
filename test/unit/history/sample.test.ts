import { expect, test } from 'vitest';
import { run } from '../../../lib/engine/run.ts';
import type { Part } from '../../../lib/engine/types.ts';
import { ConnectionError, UnhealthyError } from '../../../lib/errors.ts';
import { sampleOf, slotOf } from '../../../lib/history/sample.ts';
import { checkAt, groupOf, runOptions, throwing } from '../../support/part.ts';

const refused = throwing(new ConnectionError('mq:5672 refused the connection'));
const slow = throwing(new UnhealthyError('slow', { degraded: true }));

async function sampled(part: Part, inMaintenance: (path: string) => boolean = () => false) {
  return sampleOf(await run(part, runOptions()), { at: 60_000, intervalMs: 60_000, inMaintenance });
}

test('a sample has the own state of each check, critical or not, and the verdict of the whole', async () => {
  const sample = await sampled(
    groupOf('', checkAt('a'), checkAt('b', { critical: false, run: refused }), checkAt('c', { run: slow })),
  );
  expect(sample.checks.map(({ path, state, error }) => [path, state, error])).toEqual([
    ['', 'degraded', undefined],
    ['a', 'up', undefined],
    ['b', 'down', 'ConnectionError: mq:5672 refused the connection'],
    ['c', 'degraded', 'UnhealthyError: slow'],
  ]);
});

test('a sample has what each failure rests on', async () => {
  const sample = await sampled(
    groupOf(
      '',
      checkAt('mq', { run: refused }),
      checkAt('workers/mail', { run: refused, dependsOn: ['mq'] }),
      checkAt('x', { run: refused, needs: ['mq:5672'] }),
      checkAt('y', { run: refused, needs: ['mq:5672'] }),
    ),
  );
  const causes = new Map(sample.checks.map((check) => [check.path, check.causes]));
  expect(causes.get('mq')).toBeUndefined();
  expect(causes.get('workers/mail')).toEqual([{ path: 'mq' }]);
  expect(causes.get('x')).toEqual([{ address: 'mq:5672' }]);
  expect(causes.get('')).toEqual([{ path: 'mq' }, { address: 'mq:5672' }]);
});

test('what is in maintenance is sampled as that, and the whole is as bad as the rest', async () => {
  const tree = groupOf('', checkAt('a', { run: refused }), checkAt('b'));
  const sample = await sampled(tree, (path) => path === 'a');
  expect(sample.checks.map(({ state }) => state)).toEqual(['up', 'maintenance', 'up']);
  const both = await sampled(tree, () => true);
  expect(both.checks.map(({ state }) => state)).toEqual(['maintenance', 'maintenance', 'maintenance']);
});

test('what fails because of a check in maintenance, or of its address, is in maintenance too', async () => {
  const sample = await sampled(
    groupOf(
      '',
      checkAt('mq', { run: refused, needs: ['mq:5672'] }),
      checkAt('other', { run: refused, needs: ['mq:5672'] }),
      checkAt('mail', { run: refused, dependsOn: ['mq'] }),
      checkAt('both', { run: refused, dependsOn: ['mq', 'disk'] }),
      checkAt('disk', { run: throwing(new UnhealthyError('full')) }),
    ),
    (path) => path === 'mq',
  );
  const states = Object.fromEntries(sample.checks.map(({ path, state }) => [path, state]));
  expect(states).toEqual({
    '': 'down',
    mq: 'maintenance',
    other: 'maintenance',
    mail: 'maintenance',
    both: 'down',
    disk: 'down',
  });
});

test('the slot of a time is the multiple of the interval before it', () => {
  expect([slotOf(59_999, 60_000), slotOf(60_000, 60_000), slotOf(61_234, 5000)]).toEqual([0, 60_000, 60_000]);
});
