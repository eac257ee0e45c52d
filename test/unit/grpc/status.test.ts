import { expect, test } from 'vitest';
import { statusesOf } from '../../../lib/grpc/status.ts';
import { groupResult, HOSTILE_NAMES, reportOf, resultAt } from '../../support/reports.ts';

const refused = { code: 'ConnectionError', message: 'connection refused' } as const;

test('the whole, every group and every check is a service, under the path that depends_on uses', () => {
  const soft = resultAt(['group', 'a/b'], { critical: false, error: refused });
  const report = reportOf(groupResult('', groupResult('group', soft), resultAt('hard', { error: refused })));
  expect(Object.fromEntries(statusesOf(report))).toEqual({
    '': 'NOT_SERVING',
    group: 'SERVING',
    'group/a%2Fb': 'SERVING',
    hard: 'NOT_SERVING',
  });
});

test('a check is listed whatever its name is', () => {
  const names = HOSTILE_NAMES.filter((name) => name !== '');
  const report = reportOf(groupResult('', ...names.map((name) => resultAt([name]))));
  expect([...statusesOf(report).keys()]).toEqual(['', ...names.map((name) => name.replaceAll('/', '%2F'))]);
});
