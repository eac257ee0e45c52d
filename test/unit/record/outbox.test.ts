import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SendError } from '../../../lib/notify/send-error.ts';
import { namespaceOf } from '../../support/namespace.ts';
import { batchAt, fakeTarget, outboxOver } from '../../support/outboxes.ts';

const START = Date.parse('2027-01-10T12:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

const down = (retryAfterMs?: number) => () => {
  throw new SendError('webhook does not answer', { isFinal: false, retryAfterMs });
};
const refused = () => {
  throw new SendError('webhook answered 400', { isFinal: true });
};

describe('a batch', () => {
  test('is sent once to each target, and forgotten by the store', async () => {
    const targets = [fakeTarget('slack'), fakeTarget('pagerduty')];
    const { store, put, deliverAll } = await outboxOver(targets);
    await put(batchAt(START, targets));
    await deliverAll();
    expect(targets.map(({ told }) => told)).toEqual([[`${String(START)} slack`], [`${String(START)} pagerduty`]]);
    expect(await store.batches('shop')).toEqual([]);
  });

  test('is not sent again if it was read from the store just before it was sent', async () => {
    const target = fakeTarget('slack');
    const { outbox, put } = await outboxOver([target]);
    const batch = batchAt(START, [target]);
    await put(batch);
    const namespace = await namespaceOf();
    await outbox.deliver([batch], { namespace, targets: [target] });
    await vi.advanceTimersByTimeAsync(0);
    expect(target.told).toHaveLength(1);
  });

  test('is sent by the next process if the first was killed before it sent anything', async () => {
    const target = fakeTarget('slack');
    const { store } = await outboxOver([target]);
    await store.put(batchAt(START, [target]));
    const next = await outboxOver([target], { store });
    await next.deliverAll();
    expect(target.told).toHaveLength(1);
  });

  test('is not repeated by the next process to those who were told already', async () => {
    const [slack, pagerduty] = [fakeTarget('slack'), fakeTarget('pagerduty')];
    pagerduty.answer = down();
    const first = await outboxOver([slack, pagerduty]);
    await first.put(batchAt(START, [slack, pagerduty]));
    await first.outbox.close();
    pagerduty.answer = () => undefined;
    const next = await outboxOver([slack, pagerduty], { store: first.store });
    await next.deliverAll();
    expect([slack.told, pagerduty.told].map((told) => told.length)).toEqual([1, 1]);
    expect(await first.store.batches('shop')).toEqual([]);
  });

  test('leaves out a target that is gone, and says so', async () => {
    const [slack, gone] = [fakeTarget('slack'), fakeTarget('gone')];
    const { store, put, lines } = await outboxOver([slack]);
    await put(batchAt(START, [slack, gone]));
    expect(slack.told).toHaveLength(1);
    expect(lines.join()).toContain('a notice is for a target that is gone');
    expect(await store.batches('shop')).toEqual([]);
  });

  test('is forgotten later, and sent no second time, if the store does not work for a while', async () => {
    const target = fakeTarget('slack');
    const { store, put, deliverAll } = await outboxOver([target]);
    store.before = () => Promise.reject(new Error('disk full'));
    await put(batchAt(START, [target]));
    await vi.advanceTimersByTimeAsync(MINUTE);
    await deliverAll();
    expect(await store.batches('shop')).toHaveLength(1);
    store.before = () => undefined;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await store.batches('shop')).toEqual([]);
    expect(target.told).toHaveLength(1);
  });
});

describe('a target that is down for an hour', () => {
  test('is told everything afterwards, once and in order', async () => {
    const [slack, other] = [fakeTarget('slack'), fakeTarget('other')];
    slack.answer = () => {
      if (Date.now() < START + HOUR) down()();
    };
    const { store, put, deliverAll } = await outboxOver([slack, other]);
    for (let minute = 0; minute < 90; minute += 1) {
      const at = START + minute * MINUTE;
      if (minute % 10 === 0 && minute < 60)
        await put(batchAt(at, [slack, other], { to: minute % 20 === 0 ? 'down' : 'up' }));
      await deliverAll();
      await vi.advanceTimersByTimeAsync(MINUTE);
    }
    const expected = [0, 10, 20, 30, 40, 50].map((minute) => `${String(START + minute * MINUTE)} slack`);
    expect(slack.told).toEqual(expected);
    expect(other.told).toHaveLength(6);
    expect(await store.batches('shop')).toEqual([]);
    expect(await store.deadLetters('shop')).toEqual([]);
  });

  test('is asked less and less often, at least every five minutes or so', async () => {
    const target = fakeTarget('slack');
    target.answer = down();
    const { put } = await outboxOver([target]);
    await put(batchAt(START, [target]));
    await vi.advanceTimersByTimeAsync(HOUR);
    const pauses = target.attempts.slice(1).map((at, index) => at - (target.attempts[index] ?? 0));
    expect(pauses[0]).toBeLessThan(3000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5 * MINUTE);
    expect(target.attempts.length).toBeLessThan(30);
  });
});

describe('a notice', () => {
  test('waits as long as the target asks', async () => {
    const target = fakeTarget('slack');
    target.answer = down(30 * MINUTE);
    const { put } = await outboxOver([target]);
    await put(batchAt(START, [target]));
    target.answer = () => undefined;
    await vi.advanceTimersByTimeAsync(30 * MINUTE - 1);
    expect(target.attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(target.told).toHaveLength(1);
  });

  test('that is refused for good becomes a dead letter, and those after it are sent', async () => {
    const target = fakeTarget('slack');
    target.answer = refused;
    const { store, put } = await outboxOver([target]);
    await put(batchAt(START, [target]));
    target.answer = () => undefined;
    await put(batchAt(START + MINUTE, [target]));
    expect(await store.deadLetters('shop')).toMatchObject([
      { id: `${String(START)} slack`, error: 'webhook answered 400' },
    ]);
    expect(target.told).toEqual([`${String(START + MINUTE)} slack`]);
    expect(await store.batches('shop')).toEqual([]);
  });

  test('that cannot be sent for six hours becomes a dead letter', async () => {
    const target = fakeTarget('slack');
    target.answer = down();
    const { store, put } = await outboxOver([target]);
    await put(batchAt(START, [target]));
    await vi.advanceTimersByTimeAsync(5.9 * HOUR);
    expect(await store.deadLetters('shop')).toEqual([]);
    await vi.advanceTimersByTimeAsync(0.3 * HOUR);
    expect(await store.deadLetters('shop')).toMatchObject([{ error: 'webhook does not answer' }]);
    expect(await store.batches('shop')).toEqual([]);
  });

  test('stays in the outbox if the store cannot keep it as a dead letter before the process ends', async () => {
    const target = fakeTarget('slack');
    target.answer = refused;
    const { store, put, outbox } = await outboxOver([target]);
    store.before = () => Promise.reject(new Error('disk full'));
    await put(batchAt(START, [target]));
    const closed = outbox.close();
    await vi.advanceTimersByTimeAsync(MINUTE);
    await closed;
    expect(await store.batches('shop')).toMatchObject([{ notices: [{ id: `${String(START)} slack` }] }]);
  });
});

test('a beat that could not be sent is replaced by the next one, and never becomes a dead letter', async () => {
  const target = fakeTarget('heartbeat');
  target.answer = down();
  const { store, put } = await outboxOver([target]);
  for (let minute = 0; minute < 3; minute += 1) {
    await put(batchAt(START + minute * MINUTE, [target], { kind: 'beat' }));
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
  expect(await store.batches('shop')).toHaveLength(1);
  target.answer = () => undefined;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(target.told).toEqual([`${String(START + 2 * MINUTE)} heartbeat`]);
  expect(await store.batches('shop')).toEqual([]);
  expect(await store.deadLetters('shop')).toEqual([]);
});

describe('whoever listens to all changes', () => {
  test('is told each batch once, and holds up no notice while it does not work', async () => {
    const target = fakeTarget('slack');
    const sent: string[][] = [];
    let works = false;
    const sendChanges = ({ changes }: { changes: readonly { id: string }[] }) => {
      if (!works) return Promise.reject(new Error('throttled'));
      sent.push(changes.map(({ id }) => id));
      return Promise.resolve();
    };
    const { store, put } = await outboxOver([target], { sendChanges });
    await put(batchAt(START, [target]));
    expect(target.told).toHaveLength(1);
    expect(await store.batches('shop')).toMatchObject([{ changes: [{ id: `c${String(START)}` }], notices: [] }]);
    works = true;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(sent).toEqual([[`c${String(START)}`]]);
    expect(await store.batches('shop')).toEqual([]);
  });

  test.each([
    ['is told what it refused for six days', new SendError('denied', { isFinal: false }), 6, 1, 0],
    [
      'is not told what it refused for more than a week, which is logged',
      new SendError('denied', { isFinal: false }),
      7.1,
      0,
      1,
    ],
    ['is not told what it can never take, which is logged', new SendError('malformed', { isFinal: true }), 0, 0, 1],
  ])('%s', async (_what, refusal, days, told, logged) => {
    let works = false;
    let count = 0;
    const sendChanges = () => {
      if (!works) return Promise.reject(refusal);
      count += 1;
      return Promise.resolve();
    };
    const { store, put, lines } = await outboxOver([], { sendChanges });
    await put(batchAt(START, []));
    await vi.advanceTimersByTimeAsync(days * 24 * HOUR);
    works = true;
    await vi.advanceTimersByTimeAsync(HOUR);
    const given = lines.filter((line) => line.includes('EventBridge does not get them'));
    expect([count, given.length]).toEqual([told, logged]);
    expect(await store.batches('shop')).toEqual([]);
  });
});

test('the end waits for what is under way, and calls it off after a bound', async () => {
  const [slow, stuck] = [fakeTarget('slow'), fakeTarget('stuck')];
  slow.answer = () => new Promise((resolve) => setTimeout(resolve, 3000));
  const { store, put, outbox } = await outboxOver([slow, stuck]);
  stuck.send = (_notice, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new SendError('called off', { isFinal: false }));
      });
    });
  await put(batchAt(START, [slow, stuck]));
  const closed = outbox.close();
  await vi.advanceTimersByTimeAsync(11_000);
  await closed;
  expect(slow.told).toHaveLength(1);
  expect(await store.batches('shop')).toMatchObject([{ notices: [{ target: 'stuck' }] }]);
});

test('at most 16 notices are sent at the same time', async () => {
  const targets = Array.from({ length: 40 }, (_, index) => fakeTarget(`t${String(index)}`));
  let [underWay, most] = [0, 0];
  for (const target of targets)
    target.answer = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 100));
      underWay -= 1;
    };
  const { put } = await outboxOver(targets);
  await put(batchAt(START, targets));
  await vi.advanceTimersByTimeAsync(1000);
  expect(most).toBe(16);
  expect(targets.every(({ told }) => told.length === 1)).toBe(true);
});
