import { describe, expect, test } from 'vitest';
import { changeJson } from '../../../lib/history/change-json.ts';
import { retryAfter } from '../../../lib/notify/retry-after.ts';
import {
  asciiLine,
  durationText,
  publicWordsFor,
  shortChange,
  withoutMarkup,
  wordsFor,
} from '../../../lib/notify/wording.ts';
import { degraded, down, hostile, observer, quoted, up, wide } from '../../support/notices.ts';

describe('the words of a notice', () => {
  test('of an outage tell what is broken, since when, why, what fails because of it, and the runbook', () => {
    expect(wordsFor(down).text).toBe(
      [
        'celery/ping is down (shop)',
        'Since: 2026-11-26 11:58:00 UTC',
        'Error: ConnectionError: connection refused by celery_ping broker.example:5672',
        'Fails because of it: celery/queue, orders',
        'Runbook: https://wiki.example/runbooks/broker',
      ].join('\n'),
    );
  });

  test('of its end tell how long it lasted', () => {
    expect(wordsFor(up).text).toBe(
      [
        'celery/ping is up again (shop)',
        'Since: 2026-11-26 12:03:00 UTC, after 5 min',
        'Began: 2026-11-26 11:58:00 UTC',
        'Was affected too: celery/queue, orders',
      ].join('\n'),
    );
  });

  test('name the address that several checks need, and the whole namespace', () => {
    const causes = [{ address: 'broker.example:5672' }];
    expect(wordsFor({ ...down, change: { ...down.change, causes } }).text).toContain(
      'Cause: broker.example:5672, which several checks need',
    );
    expect(wordsFor({ ...down, change: { ...down.change, path: '' } }).title).toBe('shop is down');
    expect(wordsFor(degraded).title).toBe('orders is degraded (shop)');
  });

  test('say that the observer may be cut off, and that it is not any more', () => {
    expect(wordsFor(observer).title).toBe('Healthgate itself may be cut off: everything in shop fails alike');
    const over = { ...observer, change: { ...observer.change, to: 'up' as const } };
    expect(wordsFor(over).title).toBe('Healthgate reaches shop again');
  });

  test('for everybody have no error, address or runbook', () => {
    const causes = [{ address: 'broker.example:5672' }];
    const { text } = publicWordsFor({ ...down, change: { ...down.change, causes } });
    expect(text).not.toMatch(/refused|5672|wiki/);
    expect(text).toContain('celery/ping is down');
  });

  test('are bounded, and each fact is one line without control characters', () => {
    const { text, facts } = wordsFor(hostile);
    expect(text.length).toBeLessThan(6000);
    for (const [, fact] of facts) expect(fact).not.toMatch(/[\p{Cc}\u202E]/u);
  });

  test('leave out a runbook whose URL is too long to be shown whole', () => {
    const runbook = `https://wiki.example/${'r'.repeat(2000)}`;
    expect(wordsFor({ ...down, change: { ...down.change, runbook } }).runbook).toBeUndefined();
  });
});

describe('the change for vendors that take only so many bytes', () => {
  const MAX_BYTES = 40_000;
  const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

  test.each(Object.entries({ hostile, wide, quoted }))('has room for some of many %s names', (_name, { change }) => {
    const short = shortChange(change, MAX_BYTES);
    expect(bytesOf(short)).toBeLessThanOrEqual(MAX_BYTES);
    expect(short.consequences.length).toBeGreaterThan(10);
  });

  test('leaves out a runbook that takes all the room', () => {
    const runbook = `https://wiki.example/${'r'.repeat(MAX_BYTES)}`;
    expect(bytesOf(shortChange({ ...down.change, runbook }, MAX_BYTES))).toBeLessThan(2000);
  });

  test('is whole where it has room', () => {
    expect(shortChange(down.change, MAX_BYTES)).toEqual(changeJson(down.change));
  });
});

test.each([
  [0, '0 s'],
  [45_000, '45 s'],
  [300_000, '5 min'],
  [3_661_000, '1 h 1 min'],
  [90_000_000, '1 d 1 h'],
  [-5, '0 s'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('a subject is printable ASCII that begins with a letter or a digit', () => {
  expect(asciiLine('…<ünïcode 日本> is down', 99)).toMatch(/^[a-z0-9][\x20-\x7e]*$/i);
  expect(asciiLine('x'.repeat(300), 99).length).toBeLessThan(100);
});

test('a text without markup has neither tags nor links', () => {
  expect(withoutMarkup('<b>[x](https://evil.example)`')).toBe("‹b›(x)(https://evil.example)'");
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');

  test.each([
    ['7', 7000],
    [' 0 ', 0],
    ['Thu, 26 Nov 2026 12:02:00 GMT', 120_000],
    ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-26', undefined],
    [undefined, undefined],
  ])('%s asks to wait %s ms', (header, ms) => {
    expect(retryAfter(header, now)).toBe(ms);
  });
});
