/**
 * Breaks each step of the probe of Mattermost, and cuts it off at each, on a stand-in: the step says what is wrong, and
 * no session and no message is left behind.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { run } from '../../lib/engine/run.ts';
import { findPart, resultsOf } from '../../lib/engine/tree.ts';
import { statusText } from '../../lib/formats/words.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { runOptions } from '../support/part.ts';
import { runLeaf } from '../support/run-leaf.ts';
import type { Outcome } from '../support/run-leaf.ts';

const { mattermost } = inject('stack');
const NOTHING = { sessions: 0, posts: 0 };

/** How long the stand-in may need until it has done what it is asked at the end. */
const TRIES = 100;
const PAUSE_MS = 20;

afterEach(() => {
  vi.unstubAllGlobals();
});

const loginOf = ({ username: login, password }: typeof mattermost.speaker) => ({ login, password });

/** A server of its own, of which one step has a fault. */
function faulty(step = 'none', fault = 'none') {
  const url = `${mattermost.url}/faults/${step}/${encodeURIComponent(fault)}/${randomUUID()}`;
  const { team, channel, speaker, listener } = mattermost;
  const users = { speaker: loginOf(speaker), listener: loginOf(listener) };
  const left = async () => (await (await fetch(`${url}/left`)).json()) as typeof NOTHING & { readonly asked: string[] };
  return { leaf: { kind: 'mattermost_probe', url, ...users, team, channel, timeout: 8 }, left };
}

/** What is left, once the probe has had time to remove it. */
async function finallyLeft(left: ReturnType<typeof faulty>['left']): Promise<typeof NOTHING> {
  for (let tries = TRIES; ; tries -= 1) {
    const { sessions, posts } = await left();
    if (tries === 0 || sessions + posts === 0) return { sessions, posts };
    await pause(PAUSE_MS);
  }
}

/** The statuses of the steps that do not work, apart from those that were not tried. */
function failing({ results }: Outcome): Record<string, string> {
  const failed = results.filter(({ error }) => error !== undefined && !error.message.startsWith('not tried'));
  return Object.fromEntries(failed.map((result) => [result.name, statusText(result)]));
}

/** The requests of the API, each with the leaf that it belongs to. */
const STEPS = {
  login: 'login',
  team: 'join',
  channel: 'join',
  join: 'join',
  post: 'post',
  delete: 'receive',
  search_users: 'search_users',
  search_channels: 'search_channels',
  logout: 'logout',
} as const;
type StepName = keyof typeof STEPS;
const steps = Object.keys(STEPS) as StepName[];

const FAULTS: Readonly<Record<string, RegExp>> = {
  refused: /^AuthError: mattermost \S+ answered 403 to the .+: You do not have the appropriate permissions\.$/,
  error: /^UnhealthyError: mattermost \S+ answered 500 to the .+: An error occurred while saving\.$/,
  html: /^UnhealthyError: mattermost \S+ answered 200, but the body is a page of HTML, not JSON$/,
  'html after the work': /^UnhealthyError: mattermost \S+ answered 200, but the body is a page of HTML, not JSON$/,
  'bad gateway': /^UnhealthyError: mattermost \S+ answered 502 to the /,
  'wrong types': /^UnhealthyError: mattermost \S+ answered the .+, but .*its JSON is/,
  null: /^UnhealthyError: mattermost \S+ answered the .+, but its JSON is not what Mattermost sends$/,
  huge: /^UnhealthyError: mattermost \S+ answered 20\d, but with more than 1 MiB of JSON$/,
  loop: /^UnhealthyError: mattermost \S+ (redirects more than 10 times|answered 302 to the .+: it redirects; set url to )/,
  limited:
    /^UnhealthyError: mattermost \S+ answered 429 to the .+: it limits requests, and takes requests again in 7 s; /,
  mfa: /^AuthError: mattermost \S+ answered 401 to the .+: the account of the (speaker|listener) has MFA; /,
  half: /^ConnectionError: connection (reset|closed) by mattermost /,
  'hangs up': /^ConnectionError: connection (reset|closed) by mattermost /,
};
/** These do nothing of what they are asked, however often: the session cannot be ended, and the message not deleted. */
const REFUSING = ['refused', 'error', 'html', 'bad gateway', 'loop', 'limited', 'mfa', 'hangs up'];

function leftAfter(step: StepName, fault: string): typeof NOTHING {
  if (!REFUSING.includes(fault)) return NOTHING;
  return { sessions: step === 'logout' ? 2 : 0, posts: step === 'delete' ? 1 : 0 };
}

describe.each(steps)('the request %s', (step) => {
  it.each(Object.entries(FAULTS))('fails its step alone when its fault is: %s', async (fault, error) => {
    const before = openHandles();
    const { leaf, left } = faulty(step, fault);
    const outcome = await runLeaf(leaf);
    expect(failing(outcome)).toEqual({ [STEPS[step]]: expect.stringMatching(error) as unknown });
    expect(outcome.logged).toBe('');
    const expected = leftAfter(step, fault);
    expect(expected === NOTHING ? await finallyLeft(left) : await left()).toMatchObject(expected);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('may be slow', async () => {
    const { leaf, left } = faulty(step, 'slow');
    expect((await runLeaf(leaf)).status).toBe('working');
    expect(await finallyLeft(left)).toEqual(NOTHING);
  });

  it('leaves nothing behind when its answer comes after the timeout', async () => {
    const before = openHandles();
    const { leaf, left } = faulty(step, 'late answer');
    const { status } = await runLeaf({ ...leaf, timeout: 0.5 });
    expect(status).toMatch(/^TimeoutError: no answer within .+ (while|during) .+, for the /);
    expect(await finallyLeft(left)).toEqual(NOTHING);
    expect(await settledHandles(before)).toEqual([]);
  });

  it.each(['none', 'late answer'])('leaves nothing behind when the probe is called off at it (%s)', async (fault) => {
    const before = openHandles();
    const { leaf, left } = faulty(step, fault);
    const controller = new AbortController();
    const running = runLeaf(leaf, { signal: controller.signal });
    while (!(await left()).asked.includes(step)) await pause(1);
    controller.abort();
    await running;
    expect(await finallyLeft(left)).toEqual(NOTHING);
    expect(await settledHandles(before)).toEqual([]);
  });
});

/** What the step `receive` says of faults of the WebSocket; undefined where it works nevertheless. */
const EVENTS: Readonly<Record<string, RegExp | undefined>> = {
  refused: /^AuthError: .* answered the handshake with 403: it requires credentials, or refused those it got$/,
  error: /^UnhealthyError: .* answered the handshake with 500, expected 101; /,
  html: /^UnhealthyError: .* answered the handshake with 200, expected 101; /,
  'bad gateway': /^UnhealthyError: .* answered the handshake with 502, expected 101; /,
  loop: /^UnhealthyError: .* answered the handshake with 302, expected 101; /,
  limited: /^UnhealthyError: .* answered the handshake with 429: it limits requests$/,
  half: /^(ConnectionError|UnhealthyError): /,
  silent: /^TimeoutError: .* while the listener connects to the WebSocket$/,
  mute: /^TimeoutError: .* while the listener connects to the WebSocket$/,
  'no hello': /^TimeoutError: .* while the listener connects to the WebSocket$/,
  denied: /^ConnectionError: connection closed by mattermost /,
  'refused token': /^AuthError: .* refused the token of the listener over WebSocket: WebSocket is not authenticated\.$/,
  closed: /^UnhealthyError: .* closed the connection with code 1001$/,
  lost: /^UnhealthyError: .*: the message is lost: .* within [\d.]+ s; it got 1 other event$/,
  'lost among others': /^UnhealthyError: .*: the message is lost: .* within [\d.]+ s; it got 2 other events$/,
  'of others': /^UnhealthyError: .*: the message is lost: .* within [\d.]+ s; it got 2 other events$/,
  'another author': /^UnhealthyError: .* delivered the message as that of another user, or in another channel$/,
  'the same event twice': /^UnhealthyError: .* lost, repeated or swapped events .*: number 2 came instead of 3$/,
  gap: /^UnhealthyError: .* lost, repeated or swapped events of its WebSocket: number 3 came instead of 2$/,
  'out of order': /^UnhealthyError: .* lost, repeated or swapped events of its WebSocket: number 3 came instead of 2$/,
  'closed before the message': /^UnhealthyError: .* closed the connection with code 1001$/,
  'cut off before the message': /^ConnectionError: connection closed by mattermost /,
  'not JSON': /^UnhealthyError: .* sent a message that is not an event over WebSocket$/,
  binary: /^UnhealthyError: .* sent a message that is not an event over WebSocket$/,
  'wrong types': /^UnhealthyError: .* sent a posted event whose post cannot be read$/,
  'half a post': /^UnhealthyError: .* sent a posted event whose post cannot be read over WebSocket$/,
  huge: /^UnhealthyError: .* sent more than 1 MiB in one message$/,
  flood: /^UnhealthyError: .* sent more than 1000 messages, but not what the check waits for$/,
  'of others first': undefined,
  twice: undefined,
  slow: undefined,
};

describe('the WebSocket', () => {
  it.each(Object.entries(EVENTS))('fails the step receive alone when its fault is: %s', async (fault, error) => {
    const before = openHandles();
    const { leaf, left } = faulty('websocket', fault);
    const outcome = await runLeaf({ ...leaf, timeout: 4 });
    expect(failing(outcome)).toEqual(error === undefined ? {} : { receive: expect.stringMatching(error) as unknown });
    expect(outcome.logged).toBe('');
    expect(await finallyLeft(left)).toEqual(NOTHING);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('needs no globals of browsers, and leaves none behind', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('the probe must use its own HTTP')));
    vi.stubGlobal('WebSocket', undefined);
    const before = Object.getOwnPropertyNames(globalThis).sort();
    expect((await runLeaf(faulty().leaf)).status).toBe('working');
    expect(Object.getOwnPropertyNames(globalThis).sort()).toEqual(before);
  });
});

describe('a step that is asked for alone', () => {
  const asked = async (name: string) => {
    const { leaf, left } = faulty();
    const document = JSON.stringify({ access_tokens: ['a token of the test'], checks: { leaf } });
    const { root } = await parseNamespace('test', document, { readSecret: () => Promise.resolve(undefined) });
    const part = findPart(root, ['leaf', name]);
    if (part === undefined) throw new Error('no such step');
    const results = resultsOf((await run(part, runOptions())).result);
    expect(results.map((result) => `${result.name} ${statusText(result)}`)).toEqual([`${name} working`]);
    expect(await finallyLeft(left)).toEqual(NOTHING);
    return (await left()).asked;
  };

  const JOINED = ['login', 'login', 'team', 'channel', 'join', 'join', 'websocket'];

  it.each([
    ['login_page', ['login_page']],
    ['login', ['login', 'login', 'logout', 'logout']],
    ['join', [...JOINED, 'logout', 'logout']],
    ['search_users', [...JOINED, 'search_users', 'logout', 'logout']],
    ['search_channels', [...JOINED, 'search_channels', 'logout', 'logout']],
    ['post', [...JOINED, 'post', 'delete', 'logout', 'logout']],
    ['receive', [...JOINED, 'post', 'delete', 'logout', 'logout']],
    ['logout', [...JOINED, 'post', 'delete', 'logout', 'logout']],
  ])('runs those before it, and undoes what they did: %s', async (name, requests) => {
    expect(await asked(name)).toEqual(requests);
  });
});

describe('a token', () => {
  it('stands for the login and the logout, and its session stays', async () => {
    const { leaf, left } = faulty();
    const { token } = mattermost.listener;
    const outcome = await runLeaf({ ...leaf, speaker: { token: mattermost.speaker.token }, listener: { token } });
    expect(outcome.results.map(({ name }) => name)).toEqual([
      'login_page',
      'join',
      'post',
      'receive',
      'search_users',
      'search_channels',
    ]);
    expect(failing(outcome)).toEqual({});
    const { asked } = await left();
    expect(asked).not.toContain('login');
    expect(asked).not.toContain('logout');
    expect(await finallyLeft(left)).toEqual(NOTHING);
  });
});

it('shows no password and no token of a session in any message or log line', async () => {
  for (const step of steps) {
    const { leaf } = faulty(step, 'error');
    const { results, logged } = await runLeaf(leaf);
    const shown = JSON.stringify(results) + logged;
    for (const { password, token } of [mattermost.speaker, mattermost.listener]) {
      expect(shown).not.toContain(password);
      expect(shown).not.toContain(token);
    }
  }
});
