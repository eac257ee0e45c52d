import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { DeadLetter } from '../../../lib/history/store.ts';
import { NOTHING_YET } from '../../../lib/history/changes.ts';
import type { Notice, PlannedNotice } from '../../../lib/history/notice.ts';
import { SendError } from '../../../lib/notify/send-error.ts';
import { Later } from '../../../lib/record/queue-consumer.ts';
import { noticeText } from '../../../lib/record/queue-messages.ts';
import { sendNotice } from '../../../lib/record/queue-notify.ts';
import { NOTICE_PATIENCE_MS, pauseAfter } from '../../../lib/record/retry.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { noticeOf } from '../../support/planned-notice.ts';

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
        isPublic: false,
        send: async (notice) => {
          await send();
          sent.push(notice);
        },
      })),
    store: { bury: async (_namespace, letter) => void buried.push(letter), memory: async () => NOTHING_YET },
    count: async (what) => void counted.push(what),
    log,
    now: () => now,
  });
  const receive = (receives = 1, message: PlannedNotice = notice) => handle({ body: noticeText(message), receives });
  return { receive, sent, buried, counted, lines };
}

const refusing = (isFinal: boolean, retryAfterMs?: number) => async () => {
  throw new SendError('slack hooks.example answered 503', { isFinal, retryAfterMs });
};

describe('a notice from the queue', () => {
  test('is sent to its target once', async () => {
    const { receive, sent, buried } = sending();
    await receive();
    expect(sent).toEqual([{ ...notice, notUp: [] }]);
    expect(buried).toEqual([]);
  });

  test.each([
    ['after the pause of so many attempts', 5, undefined, 32],
    ['when the target says so, if that is later', 1, 120_000, 120],
  ])('that a target refuses for now comes again %s', async (_when, receives, retryAfterMs, leastSeconds) => {
    const { receive, buried } = sending({ send: refusing(false, retryAfterMs) });
    const later: unknown = await receive(receives).catch((reason: unknown) => reason);
    expect(later).toBeInstanceOf(Later);
    const { seconds } = later as Later;
    expect(seconds).toBeGreaterThanOrEqual(leastSeconds);
    expect(seconds).toBeLessThanOrEqual(leastSeconds * 1.25);
    expect(buried).toEqual([]);
  });

  test.each([
    ['that a target refuses for good', NOW, refusing(true)],
    ['that a target has refused for hours', notice.change.at + NOTICE_PATIENCE_MS + 1, refusing(false)],
  ])('%s is kept as a dead letter, and counted', async (_which, now, send) => {
    const { receive, buried, counted, lines } = sending({ send, now });
    await receive();
    expect(buried).toEqual([{ id: notice.id, notice, at: now, error: 'slack hooks.example answered 503' }]);
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
    expect(fresh.sent).toEqual([{ ...beat, notUp: [] }]);
    const stale = sending({ now: beat.change.at + 120_001 });
    await stale.receive(1, beat);
    expect(stale.sent).toEqual([]);
  });

  test('that is a beat is no dead letter when it is refused for good, but is counted', async () => {
    const { receive, buried, counted } = sending({ send: refusing(true) });
    await receive(1, noticeOf({}, { kind: 'beat' }));
    expect([buried, counted]).toEqual([[], ['DeadLetters']]);
  });

  test('is given up by the function before the queue gives it up', async () => {
    const file = join(import.meta.dirname, '../../../infra/history/resources.yml');
    const text = (await readFile(file, 'utf8')).replaceAll(/!\w+ /g, '');
    const { on } = parse(text) as { on: { Resources: Record<string, { Properties: Record<string, unknown> }> } };
    const { RedrivePolicy } = on.Resources.NoticeQueue?.Properties as { RedrivePolicy: { maxReceiveCount: number } };
    let receives = 1;
    for (let waited = 0; waited <= NOTICE_PATIENCE_MS; receives += 1) waited += pauseAfter(receives, 0);
    expect(RedrivePolicy.maxReceiveCount).toBeGreaterThan(receives);
  });
});
