/** What becomes of changes that EventBridge does not take: sent again, unless no later try can change that. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change } from '../../lib/history/change.ts';
import { sendChanges } from '../../lib/notify/events.ts';
import { SendError } from '../../lib/notify/send-error.ts';
import { blackHole } from '../support/faulty-server.ts';
import { down } from '../support/notices.ts';
import { recordingServer } from '../support/recording-server.ts';
import type { RecordingServer } from '../support/recording-server.ts';

let eventBridge: RecordingServer;
/** What is answered: a status, and for each change with one of these paths a code. */
let status = 200;
let codes: Readonly<Record<string, string>> = {};
/** What is answered instead of all that. */
let instead: object | undefined;

interface Entry {
  readonly Detail: string;
}

function pathsIn(body: string): string[] {
  const { Entries } = JSON.parse(body) as { Entries: readonly Entry[] };
  return Entries.map(({ Detail }) => (JSON.parse(Detail) as { path: string }).path);
}

beforeAll(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'aws-secret-key');
  eventBridge = await recordingServer(({ body }) => {
    const Entries = pathsIn(body).map((path) =>
      codes[path] === undefined ? { EventId: path } : { ErrorCode: codes[path], ErrorMessage: 'no' },
    );
    const refusal = { __type: 'AccessDeniedException', message: 'not authorized to perform: events:PutEvents' };
    return { status, body: JSON.stringify(status === 200 ? (instead ?? { Entries }) : refusal) };
  });
});

beforeEach(() => {
  [status, codes, instead] = [200, {}, undefined];
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', eventBridge.url);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await eventBridge.stop();
});

const changeAt = (path: string, keys: Partial<Change> = {}): Change => ({ ...down.change, path, ...keys });

/** The paths that were sent, and the error with which that ended. */
async function outcome(changes: readonly Change[], signal?: AbortSignal) {
  const before = eventBridge.requests.length;
  const sent = sendChanges(
    { namespace: 'shop', at: 0, version: 0, changes, notices: [] },
    { ...(signal && { signal }) },
  );
  const error = await sent.catch((reason: unknown) => reason);
  return { error, paths: eventBridge.requests.slice(before).flatMap(({ body }) => pathsIn(body)) };
}

describe('changes are sent again', () => {
  test.each([
    'ThrottlingException',
    'InternalFailure',
    'AccessDeniedException',
    'InvalidArgument',
    'NotAuthorizedForSourceException',
    'NotAuthorizedForDetailTypeException',
    'SomethingNew',
  ])('when EventBridge refuses one of them with %s', async (code) => {
    codes = { db: code };
    const { error } = await outcome([changeAt('db'), changeAt('mq')]);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ isFinal: false });
    expect(String(error)).toContain(`eventbridge bus default refused 1 of 2 changes (${code})`);
  });

  test.each([400, 403, 404, 413, 429, 500])('when EventBridge refuses all of them with status %i', async (refusal) => {
    status = refusal;
    const { error } = await outcome([changeAt('db')]);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ isFinal: false });
  });

  test.each([
    ['no entries', {}, 2],
    ['an entry too few', { Entries: [{ EventId: '1' }] }, 1],
    ['an entry without an id', { FailedEntryCount: 1, Entries: [{ EventId: '1' }, { ErrorMessage: 'no' }] }, 1],
    ['an entry with an empty id', { Entries: [{ EventId: '' }, { EventId: '1' }] }, 1],
    ['an entry that is null', { Entries: [null, { EventId: '1' }] }, 1],
  ])('when EventBridge neither takes nor refuses them: it answers %s', async (_name, answer, count) => {
    instead = answer;
    const { error } = await outcome([changeAt('db'), changeAt('mq')]);
    expect(error).toMatchObject({ isFinal: false });
    expect(String(error)).toContain(`refused ${String(count)} of 2 changes (Unconfirmed)`);
  });

  test('when one is refused for now, and another can never be taken', async () => {
    codes = { db: 'MalformedDetail', mq: 'InternalFailure' };
    expect((await outcome([changeAt('db'), changeAt('mq')])).error).toMatchObject({ isFinal: false });
  });

  test('when EventBridge does not answer, which is called off', async () => {
    const silent = await blackHole();
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', `http://127.0.0.1:${String(silent.port)}`);
    const { error } = await outcome([changeAt('db')], AbortSignal.timeout(300));
    await silent.stop();
    expect(error).not.toMatchObject({ isFinal: true });
    expect(error).toBeInstanceOf(Error);
  });
});

describe('changes are given up', () => {
  test('when EventBridge can never take them, and it has all others by then', async () => {
    codes = { c0: 'MalformedDetail' };
    const paths = Array.from({ length: 12 }, (_, index) => `c${String(index)}`);
    const { error, paths: sent } = await outcome(paths.map((path) => changeAt(path)));
    expect(error).toMatchObject({ isFinal: true });
    expect(sent).toEqual(paths);
  });

  test('when they are too large for EventBridge, and it has all others by then', async () => {
    const { error, paths } = await outcome([changeAt('x'.repeat(30_000)), changeAt('db')]);
    expect(error).toMatchObject({ isFinal: true });
    expect(String(error)).toContain('refused 1 of 2 changes (TooLarge)');
    expect(paths).toEqual(['db']);
  });
});

test('a change with a very long address of a runbook is sent without it', async () => {
  const runbook = `https://wiki.example/${'x'.repeat(30_000)}`;
  const { error, paths } = await outcome([changeAt('db', { runbook })]);
  expect([error, paths]).toEqual([undefined, ['db']]);
});
