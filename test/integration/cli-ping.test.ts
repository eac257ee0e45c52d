/** Runs `healthgate ping`, mostly as a process of its own, against real HTTP servers. */
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../lib/cli/command.ts';
import { ping } from '../../lib/cli/ping.ts';
import { freePort } from '../stack/process.ts';
import { runCli } from '../support/cli.ts';
import { blackHole } from '../support/faulty-server.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswer, FixedAnswerServer } from '../support/fixed-answer.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { recordingTerminal } from '../support/terminal.ts';

const working: FixedAnswer = { status: 200, headers: { 'x-health-status': 'working' }, body: '{}' };
const failing: FixedAnswer = { status: 503, headers: { 'x-health-status': 'failing' }, body: '{}' };

/** Replaces the numbers that differ from run to run. */
const steady = (out: string) => out.replace(/\d+ ms/g, 'N ms').replace(/127\.0\.0\.1:\d+/g, 'HOST');

async function withServer<T>(
  answer: Parameters<typeof fixedAnswer>[0],
  work: (server: FixedAnswerServer) => Promise<T>,
): Promise<T> {
  const server = await fixedAnswer(answer);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

test('opens a new connection for each attempt and does not show the token', async () => {
  await withServer(working, async ({ url, asked }) => {
    const { code, out, err } = await runCli(['ping', `${url}/api/health/s3cret/cache?format=json`, '--interval', '0']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(steady(out)).toBe(
      'ping http://HOST/api/health/***/cache?***\n' +
        '1/3  200 working  N ms\n2/3  200 working  N ms\n3/3  200 working  N ms\n' +
        'loss 0 % (0 of 3), average latency N ms\n',
    );
    expect(asked).toHaveLength(3);
    for (const { method, path, headers } of asked) {
      expect({ method, path }).toEqual({ method: 'GET', path: '/api/health/s3cret/cache?format=json' });
      expect(headers).toMatchObject({ connection: 'close' });
      expect(headers).not.toHaveProperty('authorization');
    }
  });
});

test('sends the token from the environment in a header', async () => {
  await withServer(working, async ({ url, asked }) => {
    const env = { HEALTHGATE_TOKEN: ' s3cret\n' };
    const { code, out } = await runCli(['ping', `${url}/api/health/`, '--attempts', '1'], { env });
    expect(code).toBe(0);
    expect(asked[0]?.headers.authorization).toBe('Bearer s3cret');
    expect(out).not.toContain('s3cret');
  });
});

describe('a ping of the endpoint that is refused', () => {
  const HINT = 'no token was sent: set HEALTHGATE_TOKEN in the environment\n';

  test.each([
    ['without a token', 404, '/api/health/', {}, HINT],
    ['without a token', 405, '/ops/api/health', {}, HINT],
    ['with a token in the path', 405, '/api/health/s3cret/', {}, ''],
    ['with a token in the environment', 405, '/api/health/', { HEALTHGATE_TOKEN: 's3cret' }, ''],
    ['of something else', 404, '/api/other/', {}, ''],
    ['and fails otherwise', 503, '/api/health/', {}, ''],
  ])('%s, with %d at %s, hints at the token where it is missing', async (_name, status, path, env, hint) => {
    await withServer({ status, headers: {}, body: '' }, async ({ url }) => {
      const terminal = recordingTerminal({ env });
      const code = await ping.run({ positionals: [url + path], values: { attempts: '1' } }, terminal);
      expect({ code, err: terminal.writtenErr() }).toEqual({ code: EXIT.failing, err: hint });
    });
  });
});

describe('a ping', () => {
  const answers = [failing, working, failing];
  test.each([
    ['enough', '1', 0],
    ['too few', '2', 1],
  ])('has %s successful attempts for --min-successful %s and exits with %i', async (_name, least, expected) => {
    await withServer(
      (index) => answers[index] ?? working,
      async ({ url }) => {
        const { code, out } = await runCli(['ping', url, '--interval', '0', '--min-successful', least]);
        expect(code).toBe(expected);
        expect(steady(out)).toContain('1/3  503 failing  N ms\n2/3  200 working  N ms\n3/3  503 failing  N ms\n');
        expect(out).toContain('loss 67 % (2 of 3), average latency ');
      },
    );
  });

  test.each([
    [204, 0],
    [302, 1],
    [404, 1],
  ])('receives status %i, follows no redirect and exits with %i', async (status, expected) => {
    await withServer({ status, headers: { location: '/elsewhere' } }, async ({ url, asked }) => {
      const { code, out } = await runCli(['ping', url, '--attempts', '1']);
      expect(code).toBe(expected);
      expect(steady(out)).toContain(`1/1  ${status}  N ms\n`);
      expect(asked).toHaveLength(1);
    });
  });
});

test('limits how much of an answer it reads, and shows no header that is not a verdict', async () => {
  const headers = { 'x-health-status': `\u009b31m${'x'.repeat(100)}` };
  await withServer({ status: 200, headers, body: 'x'.repeat(2 ** 22) }, async ({ url }) => {
    const { code, out } = await runCli(['ping', url, '--attempts', '1']);
    expect(code).toBe(0);
    expect(steady(out)).toMatch(/^1\/1 {2}200 {2}N ms$/m);
  });
});

test('shows the verdict of an answer that is in another format', async () => {
  await withServer({ ...working, body: 'working\n' }, async ({ url }) => {
    const { out } = await runCli(['ping', `${url}/?format=text`, '--attempts', '1']);
    expect(steady(out)).toMatch(/^1\/1 {2}200 working {2}N ms$/m);
  });
});

test('sends user and password of the URL as Basic authorization', async () => {
  await withServer(working, async ({ url, asked }) => {
    await runCli(['ping', url.replace('//', '//user:s3cret@'), '--attempts', '1']);
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:s3cret').toString('base64')}`);
  });
});

test('reports a refused connection as a ConnectionError and exits with 1', async () => {
  const { code, out } = await runCli(['ping', `http://u:s3cret@127.0.0.1:${await freePort()}/`, '--attempts', '1']);
  expect(code).toBe(1);
  expect(steady(out)).toMatch(/^1\/1 {2}ConnectionError: connection refused by http HOST.* N ms$/m);
  expect(out).toMatch(/^loss 100 % \(1 of 1\)$/m);
  expect(out).not.toContain('s3cret');
});

test('reports a TimeoutError and exits with 1 when no answer comes in time', async () => {
  const server = await blackHole();
  try {
    const url = `http://127.0.0.1:${server.port}`;
    const { code, out } = await runCli(['ping', url, '--attempts', '1', '--timeout', '0.2']);
    expect(code).toBe(1);
    expect(steady(out)).toContain('TimeoutError: no answer within 0.2 s from http HOST');
  } finally {
    await server.stop();
  }
});

test('exits with 2 on invalid arguments and does not show them', async () => {
  const { code, out, err } = await runCli(['ping', 's3cret.example']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^healthgate ping: .+\nSee node \S+ ping --help\.\n$/);
  expect(err).not.toContain('s3cret');
});

test('explains HEALTHGATE_TOKEN in --help', async () => {
  expect((await runCli(['ping', '--help'])).out).toContain('HEALTHGATE_TOKEN');
});

describe('Ctrl-C', () => {
  test('ends a ping during the pause with a summary so far, and leaves nothing open', async () => {
    await withServer(working, async ({ url }) => {
      const before = openHandles();
      const controller = new AbortController();
      const terminal = recordingTerminal({ signal: controller.signal });
      const pinging = ping.run({ positionals: [url], values: { interval: '3600' } }, terminal);
      await expect.poll(() => terminal.written()).toContain('1/3  200 working');
      controller.abort();
      expect(await pinging).toBe(EXIT.ok);
      expect(terminal.written()).toContain('loss 0 % (0 of 1)');
      expect(await settledHandles(before)).toEqual([]);
    });
  });

  test('ends a ping during an attempt and does not count that attempt', async () => {
    const server = await blackHole();
    const before = openHandles();
    const controller = new AbortController();
    const terminal = recordingTerminal({ signal: controller.signal });
    const url = `http://127.0.0.1:${server.port}`;
    const pinging = ping.run({ positionals: [url], values: { timeout: '3600' } }, terminal);
    setImmediate(() => {
      controller.abort();
    });
    expect(await pinging).toBe(EXIT.failing);
    expect(terminal.written()).toMatch(/\nno attempt was finished\n$/);
    expect(await settledHandles(before)).toEqual([]);
    await server.stop();
  });
});
