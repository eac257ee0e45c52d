import { expect, test } from 'vitest';
import { maskUrl, ping, summarize } from '../../../lib/cli/ping.ts';
import { recordingTerminal } from '../../support/terminal.ts';

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
  ['grpc://flow.example:12345', 'grpc://flow.example:12345'],
])('shows the URL %s as %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});

const attempt = (isSuccess: boolean, latencyMs: number) => ({ isSuccess, latencyMs, outcome: '' });

const eight = [attempt(false, 3000), ...Array.from({ length: 7 }, () => attempt(true, 10))];

test.each([
  [[attempt(true, 10), attempt(true, 21)], 'message lost 0% (0/2)\navg. latency: 16 ms'],
  [[attempt(true, 10), attempt(false, 3000), attempt(false, 3000)], 'message lost 67% (2/3)\navg. latency: 10 ms'],
  [eight, 'message lost 12% (1/8)\navg. latency: 10 ms'],
  [[attempt(false, 3000)], 'message lost 100% (1/1)'],
  [[], 'no attempt was finished'],
])('summarizes loss and latency of the attempts (%#)', (attempts, summary) => {
  expect(summarize(attempts)).toBe(summary);
});

test.each([
  ['a missing URL', [], {}, 'which URL?'],
  ['two URLs', ['http://a', 'http://b'], {}, 'expected one URL'],
  ['a part of Jina without a URL', ['flow'], {}, 'which URL?'],
  ['a part of Jina with two URLs', ['executor', 'grpc://a', 'grpc://b'], {}, 'expected one URL'],
  ['an unknown part of Jina', ['pod', 'grpc://a'], {}, 'after flow, gateway or executor'],
  ['an address without a scheme', ['127.0.0.1:8080'], {}, 'begins with http://'],
  ['a gRPC URL with a path', ['grpc://a/s3cret'], {}, 'a gRPC server has neither path nor parameters'],
  ['a gRPC URL with a password', ['flow', 'grpc://u:s3cret@a'], {}, 'no password in a URL'],
  ['a URL without a scheme', ['s3cret.example'], {}, 'begins with http://'],
  ['a URL with another scheme', ['ftp://s3cret.example'], {}, 'begins with http://'],
  ['a URL without a host', ['http://'], {}, 'begins with http://'],
  ['zero attempts', ['http://a'], { attempts: '0' }, '--attempts: expected a whole number from 1'],
  ['half an attempt', ['http://a'], { attempts: '1.5' }, '--attempts: expected a whole number from 1'],
  ['more successes than attempts', ['http://a'], { attempts: '2', 'min-successful': '3' }, 'whole number from 1 to 2'],
  ['a timeout of zero', ['http://a'], { timeout: '0' }, '--timeout: expected a number from 0.001'],
  ['an interval that is not a number', ['http://a'], { interval: 'soon' }, '--interval: expected a number from 0'],
])('refuses %s', async (_name, positionals, values, said) => {
  const error: unknown = await ping.run({ positionals, values }, recordingTerminal()).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(said) as string });
  expect(String(error)).not.toContain('s3cret');
});

test('refuses a token that no header can hold', async () => {
  const terminal = recordingTerminal({ env: { HEALTHGATE_TOKEN: 's3\ncret' } });
  await expect(ping.run({ positionals: ['http://127.0.0.1:1'], values: {} }, terminal)).rejects.toMatchObject({
    name: 'UsageError',
    message: 'HEALTHGATE_TOKEN contains characters that are not allowed in a token',
  });
});
