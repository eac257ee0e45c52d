/** `healthgate notify --test`: what a target of each type gets, and what is said of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { notify } from '../../lib/cli/notify.ts';
import type { Terminal } from '../../lib/cli/command.ts';
import { documentText } from '../support/namespace.ts';
import { BEATING, itemsAt, SECRET_PART } from '../support/notify-items.ts';
import { recordingServer } from '../support/recording-server.ts';
import type { Recorded, RecordingServer } from '../support/recording-server.ts';
import { StatusPages } from '../support/status-pages.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { inputOf, recordingTerminal } from '../support/terminal.ts';

const WORDS = 'this is a test notice of healthgate, nothing is down';
const PAGES = ['statuspage', 'instatus'];
const types = Object.keys(itemsAt('http://x'));
/** What SNS answers: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const PUBLISHED = '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';

let server: RecordingServer;
let pages: StatusPages;
/** Whether it refuses a request. */
let refuses: (request: Recorded) => boolean;
let refusal: number;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'aws-secret-key');
  server = await recordingServer((request) => {
    if (refuses(request)) return { status: refusal, body: JSON.stringify({ message: `no ${secretIn(request)}` }) };
    if (request.path === '/') return { status: 200, headers: { 'content-type': 'text/xml' }, body: PUBLISHED };
    return /\/(?:incidents|components)/.test(request.path) ? pages.answer(request) : { status: 202, body: '{}' };
  });
  const items = Object.entries(itemsAt(server.url));
  const all = items.map(([type, item]) => ({
    type,
    ...item,
    ...(!BEATING.has(type) && { on: ['degraded'], after: 60 }),
  }));
  const leaf = { kind: 'process' };
  const checks = { celery: { ping: leaf }, cache: leaf };
  folder = await temporaryFolder({
    'shop.json': documentText({ checks, notify: all }),
    'broken.json': documentText({ checks, notify: [all.find(({ type }) => type === 'slack'), { type: 'slack' }] }),
    'none.json': documentText({ checks }),
  });
});

function reset(): void {
  pages = new StatusPages();
  refuses = () => false;
  refusal = 403;
  server.requests.length = 0;
}

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([server.stop(), folder.remove()]);
});

/** What a server could repeat of a request that must not be shown. */
function secretIn({ path, body }: Recorded): string {
  return /"routing_key":"([^"]+)"/.exec(body)?.[1] ?? path;
}

async function run(values: Readonly<Record<string, string | boolean>>, overrides: Partial<Terminal> = {}) {
  const terminal = recordingTerminal(overrides);
  const code = await notify.run(inputOf([], { vault: `file:${folder.path}`, namespace: 'shop', ...values }), terminal);
  expect(terminal.written() + terminal.writtenErr()).not.toContain(SECRET_PART);
  return { code, lines: terminal.written().trimEnd().split('\n'), err: terminal.writtenErr() };
}

/** What stands for the target in a line: its type. */
const typesOf = (lines: readonly string[], outcome: string) =>
  lines.filter((line) => line.startsWith(outcome)).map((line) => /(\w+)-[0-9a-f]{12}/.exec(line)?.[1]);
const bodies = (path: RegExp) => server.requests.filter((request) => path.test(request.path)).map(({ body }) => body);
const keysOf = (texts: readonly string[], key: string) =>
  texts.map((text) => (JSON.parse(text) as Record<string, unknown>)[key]);

describe('a test of all targets', () => {
  let ran: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    reset();
    ran = await run({ test: true });
  });

  test('tells all but those that everybody sees of an outage and of its end', () => {
    const { code, lines, err } = ran;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(typesOf(lines, 'skipped   ')).toEqual(PAGES);
    const told = types.filter((type) => !PAGES.includes(type));
    expect(typesOf(lines, 'sent      ').sort()).toEqual(told.sort());
    for (const path of [/^\/services/, /^\/workflows/, /^\/hooks/, /^\/v2\/email/]) {
      expect(bodies(path)).toHaveLength(2);
      for (const body of bodies(path)) expect(body).toContain(WORDS);
    }
    expect(pages.incidents).toEqual([]);
  });

  test('makes an alert and resolves it again, under one key', () => {
    const events = bodies(/enqueue/);
    expect(keysOf(events, 'event_action')).toEqual(['trigger', 'resolve']);
    expect(new Set(keysOf(events, 'dedup_key')).size).toBe(1);
    expect(events[0]).toContain(WORDS);
    const [created, closed] = server.requests.filter(({ path }) => path.startsWith('/v2/alerts'));
    const { alias, description } = JSON.parse(created?.body ?? '') as Record<string, string>;
    expect(description).toContain(WORDS);
    expect(closed?.path).toBe(`/v2/alerts/${alias ?? ''}/close?identifierType=alias`);
    const changes = bodies(/^\/hooks/);
    expect(keysOf(changes, 'to')).toEqual(['down', 'up']);
    expect(new Set(keysOf(changes, 'outage')).size).toBe(1);
  });

  test('gives a heartbeat and Uptime Kuma one beat, which says that all is well', () => {
    expect(server.requests.filter(({ path }) => path.startsWith('/ping/'))).toHaveLength(1);
    const pushes = server.requests.filter(({ path }) => path.startsWith('/api/push/'));
    const [push] = pushes.map(({ path }) => new URL(path, 'http://kuma.example').searchParams);
    expect(pushes).toHaveLength(1);
    expect([push?.get('status'), push?.get('msg')]).toEqual(['up', `Test: ${WORDS}`]);
  });
});

describe('a test', () => {
  beforeEach(reset);

  test.each(PAGES)(
    '%s is tried only where it is named: an incident that is resolved, and no component',
    async (type) => {
      const { code, lines } = await run({ test: true, target: type });
      expect(code).toBe(0);
      expect(typesOf(lines, 'sent      ')).toEqual([type]);
      expect(pages.incidents).toHaveLength(1);
      expect(String(pages.incidents[0]?.status).toLowerCase()).toBe('resolved');
      expect(pages.updates[0]).toMatch(/^Test notice of Healthgate for shop: nothing is down\n/);
      expect(pages.components.size).toBe(0);
      expect(server.requests.every(({ path }) => path.includes('/P/'))).toBe(true);
    },
  );

  test('what refuses is told with the reason, and the exit code is 1', async () => {
    refuses = ({ path }) => path.startsWith('/hooks') || path.startsWith('/ping');
    const { code, lines } = await run({ test: true });
    expect(code).toBe(1);
    expect(typesOf(lines, 'not sent  ').sort()).toEqual(['heartbeat', 'webhook']);
    expect(lines.find((line) => line.startsWith('not sent  webhook'))).toMatch(/: webhook \S+ answered 403/);
    // Its end is not told to whoever was not told of it.
    expect(bodies(/^\/hooks/)).toHaveLength(1);
  });

  test('what takes the notice and refuses its end is told as such', async () => {
    refuses = ({ body }) => body.includes('"resolve"');
    const { code, lines } = await run({ test: true, target: 'pagerduty' });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^not sent {2}pagerduty-\w+: it was told of the outage, but not of its end/),
    ]);
  });

  test('an end is told also where no answer came, since the notice may have been taken', async () => {
    refuses = ({ body }) => body.includes('"trigger"');
    refusal = 503;
    const { code, lines } = await run({ test: true, target: 'pagerduty' });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^not sent {2}pagerduty-\w+: .* answered 503/)]);
    expect(keysOf(bodies(/enqueue/), 'event_action')).toEqual(['trigger', 'resolve']);
  });

  test('ends what was opened also where Ctrl-C calls it off, and begins nothing more', async () => {
    const controller = new AbortController();
    refuses = () => {
      controller.abort();
      return false;
    };
    const { code } = await run({ test: true }, { signal: controller.signal });
    expect(code).toBe(130);
    expect(server.requests.map(({ path }) => path.split('/')[1])).toEqual(['services', 'services']);
    expect(server.requests.at(-1)?.body).toContain('it has ended');
  });

  test('a target with a mistake counts as not sent, and its mistake is told', async () => {
    const { code, lines, err } = await run({ test: true, namespace: 'broken' });
    expect(code).toBe(1);
    expect(typesOf(lines, 'sent      ')).toEqual(['slack']);
    expect(err).toMatch(/notify\.1\.url: missing\nnot sent: 1 of notify, because of their mistakes\n$/);
  });

  test('without --test, the targets are listed with what each is told, and nothing is sent', async () => {
    const { code, lines } = await run({});
    expect(code).toBe(0);
    expect(lines).toHaveLength(types.length);
    expect(lines.join('\n')).toMatch(/^statuspage-\w{12} {2}degraded of everything, after 60 s; everybody sees it$/m);
    expect(lines.join('\n')).toMatch(/^heartbeat-\w{12} {2}every sample of everything$/m);
    expect(server.requests).toEqual([]);
  });

  test.each([
    [{ target: 'slak' }, '--target: no target "slak"; did you mean slack?'],
    [{ namespace: 'none', test: true }, 'none has no target under notify that can be told'],
  ])('the options %j are refused: %s', async (values, message) => {
    await expect(run(values)).rejects.toThrow(message);
  });
});
