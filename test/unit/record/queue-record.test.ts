import { describe, expect, test } from 'vitest';
import { recordTask } from '../../../lib/record/queue-record.ts';
import { taskText } from '../../../lib/record/queue-messages.ts';
import { collectedLog } from '../../support/collected-log.ts';

const AT = Date.UTC(2026, 10, 26, 12);
const MINUTE = 60_000;
const task = { namespace: 'shop', at: AT, intervalMs: MINUTE };

interface Given {
  readonly fail?: Error;
  /** Whether the slot was recorded before. */
  readonly isRecorded?: boolean;
}

function recording(now: number, { fail, isRecorded = false }: Given = {}) {
  const recorded: unknown[][] = [];
  const again: unknown[][] = [];
  const counted: string[] = [];
  const { log, lines } = collectedLog();
  const handle = recordTask({
    recorder: {
      record: async (...args) => {
        recorded.push(args);
        if (fail) throw fail;
        return [];
      },
      deliverAgain: async (...args) => {
        again.push(args);
        return isRecorded;
      },
    },
    count: async (what) => void counted.push(what),
    log,
    now: () => now,
  });
  return { handle, recorded, again, counted, lines };
}

describe('a message of a slot', () => {
  test('has its namespace recorded for that slot', async () => {
    const { handle, recorded, counted } = recording(AT + 2 * MINUTE);
    await handle({ body: taskText(task), receives: 1 });
    expect(recorded).toEqual([['shop', AT, MINUTE]]);
    expect(counted).toEqual([]);
  });

  test('is dropped when it is older than two intervals, and that is counted', async () => {
    const { handle, recorded, counted, lines } = recording(AT + 2 * MINUTE + 1);
    await handle({ body: taskText(task), receives: 1 });
    expect(recorded).toEqual([]);
    expect(counted).toEqual(['LostSlots']);
    expect(lines.join()).toContain('came too late');
  });

  test('comes again when the history cannot be written', async () => {
    const { handle } = recording(AT, { fail: new Error('throttled') });
    await expect(handle({ body: taskText(task), receives: 1 })).rejects.toThrow('throttled');
  });

  test('has what its slot led to delivered again when it comes again, however late, and is not run again', async () => {
    const { handle, recorded, again, counted } = recording(AT + 10 * MINUTE, { isRecorded: true });
    await handle({ body: taskText(task), receives: 2 });
    expect([recorded, again, counted]).toEqual([[], [['shop', AT]], []]);
  });

  test('has its namespace recorded when it comes again and the slot was not recorded', async () => {
    const { handle, recorded } = recording(AT);
    await handle({ body: taskText(task), receives: 2 });
    expect(recorded).toEqual([['shop', AT, MINUTE]]);
  });

  test.each(['', '{}', 'null', '{"namespace":1,"at":1,"intervalMs":1}', '{"namespace":"a","at":-1,"intervalMs":1}'])(
    'that is none is refused: %s',
    async (body) => {
      const { handle, recorded } = recording(AT);
      await expect(handle({ body, receives: 1 })).rejects.toThrow();
      expect(recorded).toEqual([]);
    },
  );
});
