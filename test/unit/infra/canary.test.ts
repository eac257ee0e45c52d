import { expect, test } from 'vitest';
import { checksOf } from '../../../infra/canary/checks.ts';

test('the canary lists the checks of a report in its order, with the names on their path joined by dots', () => {
  const working = { status: 'working', response_time: '0.012' };
  const failing = { status: 'AuthError: wrong password', response_time: '0.003' };
  const report = { redis: working, celery: { ping: failing, 'queues.high': working }, empty: {} };
  expect(checksOf(report)).toEqual([
    { name: 'redis', status: 'working' },
    { name: 'celery.ping', status: 'AuthError: wrong password' },
    { name: 'celery.queues.high', status: 'working' },
  ]);
});

test('the canary accepts a group that is called status', () => {
  expect(checksOf({ status: { page: { status: 'working' } } })).toEqual([{ name: 'status.page', status: 'working' }]);
});

test('the canary finds no checks in a value that is not a report', () => {
  expect(checksOf(null)).toEqual([]);
  expect(checksOf('working')).toEqual([]);
});
