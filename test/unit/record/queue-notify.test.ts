import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { DeadLetter } from '../../../lib/history/store.ts';
import type { Notice } from '../../../lib/history/notices.ts';
import { SendError } from '../../../lib/notify/send-error.ts';
import { noticeText } from '../../../lib/record/queue-messages.ts';
import { MAX_RECEIVES, pauseAfter, sendNotice } from '../../../lib/record/queue-notify.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { noticeOf } from '../../support/notices.ts';

const notice = noticeOf();
const NOW = notice.change.at + 1000;

interface Given {
  readonly send?: () => Promise<void>;
  readonly names?: readonly string[];
  readonly now?: number;
}

function sending({ send = async () => undefined, names = [notice.target], now = NOW }: Given = {}) {
  const sent: Notice[] = [];
  const buried: DeadLetter[] = [];
  const counted: string[] = [];
  const { log, lines } = collectedLog();
  const rule = { for: [], on: ['down', 'up'], afterMs: 0, updates: false, every: false } as const;
  const handle = sendNotice({
    targetsOf: async () =>
      names.map((target) => ({
        rule: { ...rule, target },
        type: 'slack',
        send: async (notice) => {
          await send();
          sent.push(notice);
        },
      })),
    store: { bury: async (_namespace, letter) => void buried.push(letter) },
    count: async (what) => void counted.push(what),
    log,
    now: () => now,
  });
  const receive = (receives = 1, message = notice) => handle({ body: noticeText(message), receives });
  return { receive, sent, buried, counted, lines };
}

const refusing = (isFinal: boolean, retryAfterMs?: number) => async () => {
  throw new SendError('slack hooks.example answered 503', { isFinal, retryAfterMs });
};

describe('a notice from the queue', () => {
  test('is sent to its target once', async () => {
    const { receive, sent, buried } = sending();
    await receive();
    expect(sent).toEqual([notice]);
    expect(buried).toEqual([]);
  });

  test.each([
    ['five seconds after the first attempt', 1, undefined, 5],
    ['later after each attempt', 5, undefined, 80],
    ['after a quarter-hour at the latest', 12, undefined, 900],
    ['when the target says so, if that is later', 1, 120_000, 120],
    ['no earlier because the target would have it so', 5, 1000, 80],
  ])('that a target refuses for now comes again %s', async (_when, receives, retryAfterMs, seconds) => {
    const { receive, buried } = sending({ send: refusing(false, retryAfterMs) });
    await expect(receive(receives)).rejects.toMatchObject({ name: 'Later', seconds });
    expect(buried).toEqual([]);
  });

  test('comes again while a target is down for an hour', () => {
    const pauses = Array.from({ length: MAX_RECEIVES - 1 }, (_, index) => pauseAfter(index + 1));
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(2 * 3600);
  });

  test.each([
    ['that a target refuses for good', 1, refusing(true)],
    ['that was refused as often as it may be', MAX_RECEIVES, refusing(false)],
  ])('%s is kept as a dead letter, and counted', async (_which, receives, send) => {
    const { receive, buried, counted, lines } = sending({ send });
    await receive(receives);
    expect(buried).toEqual([{ id: notice.id, notice, at: NOW, error: 'slack hooks.example answered 503' }]);
    expect(counted).toEqual(['DeadLetters']);
    expect(lines.join()).toContain('given up');
  });

  test('for a target that this process does not know yet comes again when the document is read again', async () => {
    const { receive } = sending({ names: ['another'] });
    await expect(receive(1)).rejects.toMatchObject({ name: 'Later', seconds: 70 });
  });

  test('for a target that is gone is dropped', async () => {
    const { receive, buried, lines } = sending({ names: ['another'] });
    await receive(3);
    expect(buried).toEqual([]);
    expect(lines.join()).toContain('a target that is gone');
  });

  test('that is a beat is sent while it is fresh, and dropped when it is stale', async () => {
    const beat = noticeOf({}, { kind: 'beat' });
    const fresh = sending({ now: beat.change.at + 120_000 });
    await fresh.receive(1, beat);
    expect(fresh.sent).toEqual([beat]);
    const stale = sending({ now: beat.change.at + 120_001 });
    await stale.receive(1, beat);
    expect(stale.sent).toEqual([]);
  });

  test('is given up by the function before the queue gives it up', async () => {
    const file = join(import.meta.dirname, '../../../infra/history/resources.yml');
    const text = (await readFile(file, 'utf8')).replaceAll(/!\w+ /g, '');
    const { on } = parse(text) as { on: { Resources: Record<string, { Properties: Record<string, unknown> }> } };
    const { RedrivePolicy } = on.Resources.NoticeQueue?.Properties as { RedrivePolicy: { maxReceiveCount: number } };
    expect(RedrivePolicy.maxReceiveCount).toBeGreaterThan(MAX_RECEIVES);
  });
});
