import { expect, test } from 'vitest';
import { maskUrl, summarize } from '../../../lib/cli/ping.ts';

test.each([
  ['https://status.example/api/health/s3cret/', 'https://status.example/api/health/***/'],
  [
    'https://status.example/api/health/s3cret/cache/data?format=json',
    'https://status.example/api/health/***/cache/data?***',
  ],
  ['https://status.example/stage/api/health/s3cret', 'https://status.example/stage/api/health/***'],
  ['https://status.example/api/health/', 'https://status.example/api/health/'],
  ['http://user:s3cret@127.0.0.1:8080/ping#s3cret', 'http://***@127.0.0.1:8080/ping'],
  ['https://s3cret@status.example', 'https://***@status.example/'],
  ['https://status.example/other/hg_prod_s3cret/x', 'https://status.example/other/***/x'],
  ['https://status.example/?token=s3cret', 'https://status.example/?***'],
])('%s is shown as %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});

const attempt = (isSuccess: boolean, latencyMs: number) => ({ isSuccess, latencyMs, outcome: '' });

test.each([
  [[attempt(true, 10), attempt(true, 21)], 'loss 0 % (0 of 2), average latency 16 ms'],
  [[attempt(true, 10), attempt(false, 3000), attempt(false, 3000)], 'loss 67 % (2 of 3), average latency 10 ms'],
  [[attempt(false, 3000)], 'loss 100 % (1 of 1)'],
  [[], 'no attempt was finished'],
])('summary %#', (attempts, summary) => {
  expect(summarize(attempts)).toBe(summary);
});
