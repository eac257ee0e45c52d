import { expect, test } from 'vitest';
import { checksOf } from '../../../infra/canary/checks.ts';

test('the checks of a report have dots between their names, and keep its order', () => {
  const working = { status: 'working', response_time: '0.012' };
  const failing = { status: 'AuthError: wrong password', response_time: '0.003' };
  const report = { redis: working, celery: { ping: failing, 'queues.high': working }, empty: {} };
  expect(checksOf(report)).toEqual([
    { name: 'redis', status: 'working' },
    { name: 'celery.ping', status: 'AuthError: wrong password' },
    { name: 'celery.queues.high', status: 'working' },
  ]);
});

test('a group may be called status', () => {
  expect(checksOf({ status: { page: { status: 'working' } } })).toEqual([{ name: 'status.page', status: 'working' }]);
});

test('what is no report has no checks', () => {
  expect(checksOf(null)).toEqual([]);
  expect(checksOf('working')).toEqual([]);
});
