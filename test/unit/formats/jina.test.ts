import { expect, test } from 'vitest';
import { summaryOf } from '../../../lib/formats/summary.ts';
import { dryRunOf } from '../../../lib/formats/jina.ts';
import { groupResult, reportOf, resultAt } from '../../support/reports.ts';

const SUCCESS = { code: 0, description: '', exception: null };
const refused = { code: 'ConnectionError', message: 'connection refused by redis cache:6379' } as const;
const cause = resultAt('cache/redis', { error: refused });
const consequence = resultAt('shop', { error: refused, causes: [{ path: 'cache/redis' }] });
const report = reportOf(groupResult('', consequence, groupResult('cache', cause)));

test('a dry run succeeds while the whole works', () => {
  expect(dryRunOf(reportOf(groupResult('', resultAt('a'))))).toEqual(SUCCESS);
});

test('a dry run succeeds while the whole is degraded', () => {
  const soft = resultAt('pages', { critical: false, error: refused });
  expect(dryRunOf(reportOf(groupResult('', resultAt('a'), soft)))).toEqual(SUCCESS);
});

test('a dry run tells the check that fails by itself, and not one that rests on it', () => {
  expect(dryRunOf(report)).toEqual({
    code: 1,
    description: 'cache/redis: ConnectionError: connection refused by redis cache:6379',
    exception: {
      name: 'ConnectionError',
      args: ['connection refused by redis cache:6379'],
      stacks: [],
      executor: 'cache/redis',
    },
  });
});

test('a dry run tells what rests on something else where nothing fails by itself', () => {
  expect(dryRunOf(reportOf(groupResult('', consequence)))).toMatchObject({
    description:
      'shop: ConnectionError: connection refused by redis cache:6379 (it depends on cache/redis, which does not work)',
    exception: { executor: 'shop' },
  });
});

test('a dry run tells those who see the summary the class of the error alone', () => {
  expect(dryRunOf(summaryOf(reportOf(groupResult('', cause))))).toEqual({
    code: 1,
    description: 'cache/redis: ConnectionError',
    exception: { name: 'ConnectionError', args: [], stacks: [], executor: 'cache/redis' },
  });
});
