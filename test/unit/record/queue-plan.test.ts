import { describe, expect, test } from 'vitest';
import { MAX_NAMESPACES, planner } from '../../../lib/record/queue-plan.ts';
import { taskIn } from '../../../lib/record/queue-messages.ts';
import { collectedLog } from '../../support/collected-log.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 26, 12);

async function plan(names: readonly string[], event: unknown) {
  const sent: string[] = [];
  const { log, lines } = collectedLog();
  const handler = planner({
    vault: { names: async () => names },
    queue: {
      send: async (messages) => {
        sent.push(...messages.map(({ body }) => body));
      },
    },
    log,
    now: () => NOON + 61_000,
  });
  const answer = await handler(event);
  return { answer, tasks: sent.map(taskIn), lines };
}

describe('planning a slot', () => {
  test('puts a message with the slot on the queue for each namespace', async () => {
    const { answer, tasks } = await plan(['shop', 'blog'], { time: '2026-11-26T12:00:41Z' });
    expect(answer).toEqual({ planned: 2 });
    expect(tasks).toEqual([
      { namespace: 'shop', at: NOON, intervalMs: MINUTE },
      { namespace: 'blog', at: NOON, intervalMs: MINUTE },
    ]);
  });

  test('means the same slot when the same event comes again later', async () => {
    const event = { time: '2026-11-26T12:00:00Z' };
    expect((await plan(['shop'], event)).tasks).toEqual((await plan(['shop'], event)).tasks);
  });

  test.each([
    ['without a time', {}, NOON + MINUTE, MINUTE],
    ['with an unreadable time', { time: 'noon' }, NOON + MINUTE, MINUTE],
    ['that is nothing', undefined, NOON + MINUTE, MINUTE],
    ['with slots of three seconds', { time: '2026-11-26T12:00:05Z', seconds: 3 }, NOON + 3000, 3000],
    ['with slots of no length', { time: '2026-11-26T12:00:05Z', seconds: 0 }, NOON, MINUTE],
    ['with slots of a day', { time: '2026-11-26T12:00:05Z', seconds: 86_400 }, NOON, MINUTE],
  ])('understands an event %s', async (_how, event, at, intervalMs) => {
    expect((await plan(['shop'], event)).tasks).toEqual([{ namespace: 'shop', at, intervalMs }]);
  });

  test('is bounded, and says so', async () => {
    const names = Array.from({ length: MAX_NAMESPACES + 1 }, (_, index) => `n${index}`);
    const { answer, lines } = await plan(names, {});
    expect(answer).toEqual({ planned: MAX_NAMESPACES });
    expect(lines.join()).toContain('too many namespaces');
  });
});
