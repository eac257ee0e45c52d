/** What becomes of a notice that a vendor refuses, or does not answer: the right `SendError`, without a secret. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SendError } from '../../lib/notify/send-error.ts';
import { beat, contextUntil, down, NOW, targetOf } from '../support/notices.ts';
import { blackHole, closesImmediately, startServer } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import type { FixedAnswer } from '../support/fixed-answer.ts';
import { endlessServer } from '../support/endless-server.ts';
import { BEATING, itemsAt, SECRET_PART } from '../support/notify-items.ts';
import { recordingServer } from '../support/recording-server.ts';
import type { RecordingServer } from '../support/recording-server.ts';

const SECRETS = [SECRET_PART, 'secret-sig', 'aws-secret-key'];
const types = Object.keys(itemsAt('http://x'));

let answering: RecordingServer;
let answer: FixedAnswer;

beforeAll(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'aws-secret-key');
  answering = await recordingServer(() => answer);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await answering.stop();
});

/** The error with which a target of this type ends; undefined if it takes the notice. */
async function errorOf(type: string, url: string, signal?: AbortSignal): Promise<SendError | undefined> {
  const target = await targetOf({ type, ...itemsAt(url)[type] });
  const notice = BEATING.has(type) ? beat('up') : down;
  try {
    await target.send(notice, contextUntil(signal));
    return undefined;
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    for (const secret of SECRETS) expect(error.message).not.toContain(secret);
    expect(error.message).not.toContain('\n');
    return error;
  }
}

const IN_TWO_MINUTES = new Date(NOW + 120_000).toUTCString();
/** Repeats everything that must not be shown: keys, URLs and their paths. */
function bodyFor(type: string): string {
  const { url, ...keys } = itemsAt(answering.url)[type] ?? {};
  const path = new URL(String(url)).pathname + new URL(String(url)).search;
  const secrets = Object.values(keys).filter((value) => String(value).startsWith(SECRET_PART));
  const known = [...secrets, ...(path === '/' ? [] : [url, path, path.split('/').at(-1)]), 'AKIAIOSFODNN7EXAMPLE'];
  return JSON.stringify({ message: `no ${known.join(', ')}`, __type: 'Strange' });
}

interface Refusal {
  readonly answer: FixedAnswer;
  readonly isFinal: boolean;
  readonly retryAfterMs?: number;
}

const refusals: Readonly<Record<string, Refusal>> = {
  '400': { answer: { status: 400 }, isFinal: true },
  '401': { answer: { status: 401 }, isFinal: true },
  '403': { answer: { status: 403 }, isFinal: true },
  '404': { answer: { status: 404 }, isFinal: true },
  '408': { answer: { status: 408 }, isFinal: false },
  '420, which Statuspage uses for 429': {
    answer: { status: 420, headers: { 'retry-after': '30' } },
    isFinal: false,
    retryAfterMs: 30_000,
  },
  '425': { answer: { status: 425 }, isFinal: false },
  '429 with seconds': {
    answer: { status: 429, headers: { 'retry-after': '7' } },
    isFinal: false,
    retryAfterMs: 7000,
  },
  '429 with a date': {
    answer: { status: 429, headers: { 'retry-after': IN_TWO_MINUTES } },
    isFinal: false,
    retryAfterMs: 120_000,
  },
  '500': { answer: { status: 500 }, isFinal: false },
  '503 with seconds': {
    answer: { status: 503, headers: { 'retry-after': '30' } },
    isFinal: false,
    retryAfterMs: 30_000,
  },
  'a page of HTML': { answer: { status: 502, body: '<html><b>Bad gateway</b></html>' }, isFinal: false },
};

describe.each(types)('%s', (type) => {
  test.each(Object.entries(refusals))('is told of %s', async (_name, refusal) => {
    answer = { body: bodyFor(type), ...refusal.answer };
    const error = await errorOf(type, answering.url);
    expect(error).toBeInstanceOf(SendError);
    expect(error?.isFinal).toBe(refusal.isFinal);
    expect(error?.retryAfterMs).toBe(refusal.retryAfterMs);
  });

  test('does not follow a redirect', async () => {
    const before = answering.requests.length;
    answer = { status: 302, headers: { location: `${answering.url}/elsewhere` } };
    const error = await errorOf(type, answering.url);
    expect(error).toBeInstanceOf(SendError);
    expect(answering.requests.slice(before).filter(({ path }) => path === '/elsewhere')).toEqual([]);
  });

  test('tries again later when nobody listens, or the connection is closed immediately', async () => {
    const server = await closesImmediately();
    const url = `http://127.0.0.1:${String(server.port)}`;
    try {
      expect(await errorOf(type, url)).toMatchObject({ isFinal: false });
    } finally {
      await server.stop();
    }
    expect(await errorOf(type, url)).toMatchObject({ isFinal: false });
  });

  test('tries again later when there is no answer until the deadline', async () => {
    const server = await blackHole();
    try {
      const error = await errorOf(type, `http://127.0.0.1:${String(server.port)}`, AbortSignal.timeout(300));
      expect(error).toMatchObject({ isFinal: false });
    } finally {
      await server.stop();
    }
  });

  test.each(['HTTP/1.1 500 Oh\r\ncontent-type: text/plain\r\n\r\n', 'HTTP/1.1 500 Oh\r\nx: '])(
    'is not flooded by an endless answer',
    async (opening) => {
      const endless = { opening: Buffer.from(opening), chunk: Buffer.alloc(1024, 'x') };
      const server = await endlessServer(endless, 0);
      try {
        const error = await errorOf(type, `http://127.0.0.1:${String(server.port)}`, AbortSignal.timeout(10_000));
        expect(error).toMatchObject({ isFinal: false });
        expect(error?.message.length).toBeLessThan(600);
      } finally {
        await server.stop();
      }
    },
  );
});

describe('an incoming webhook of Teams that answers 200', () => {
  test.each([
    [429, false],
    [413, true],
  ])('and says that the channel answered %i has not taken the card', async (status, isFinal) => {
    const said = `Microsoft Teams endpoint returned HTTP error ${String(status)} with ContextId tcid=0,cv=x/1..`;
    answer = { status: 200, body: `Webhook message delivery failed with error: ${said}` };
    const error = await errorOf('teams', answering.url);
    expect(error).toMatchObject({ isFinal, message: expect.stringContaining(`with ${String(status)}`) as unknown });
  });

  test('and names no status of the channel has not taken the card, and is asked again', async () => {
    answer = { status: 200, body: 'Webhook message delivery failed with error: something else' };
    const message = expect.stringMatching(/the channel refused the card$/) as unknown;
    expect(await errorOf('teams', answering.url)).toMatchObject({ isFinal: false, message });
  });

  test('and says 1 has taken it', async () => {
    answer = { status: 200, body: '1' };
    expect(await errorOf('teams', answering.url)).toBeUndefined();
  });
});

test('a server that answers in another protocol is told', async () => {
  const server: FaultyServer = await startServer({ tcp: (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n') });
  try {
    const error = await errorOf('slack', `http://127.0.0.1:${String(server.port)}`);
    expect(error?.message).toContain('does not answer in HTTP');
  } finally {
    await server.stop();
  }
});
