/** A message of a slot, received again and again until all that the slot led to is handed on. */
import { expect, test } from 'vitest';
import { SendError } from '../../../lib/notify/send-error.ts';
import { consumer } from '../../../lib/record/queue-consumer.ts';
import { deliverToQueue } from '../../../lib/record/queue-deliver.ts';
import { taskText } from '../../../lib/record/queue-messages.ts';
import { recordTask } from '../../../lib/record/queue-record.ts';
import { Recorder } from '../../../lib/record/recorder.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { memoryHistory } from '../../support/memory-history.ts';
import { LEAF, namespaceOf } from '../../support/namespace.ts';
import { groupResult, reportOf, resultAt } from '../../support/reports.ts';

const START = Date.parse('2027-01-10T12:00Z');
const MINUTE = 60_000;
const NOTIFY = [{ type: 'webhook', url: 'http://127.0.0.1:9/hook', secret: '0123456789abcdef' }];

/** The recorder of a namespace that is down, as the function has it. */
async function recording() {
  const { log } = collectedLog();
  const store = memoryHistory();
  const namespace = await namespaceOf({ checks: { db: LEAF }, notify: NOTIFY });
  const state = { now: START, runs: 0, eventBridgeFails: 0, sqsFails: 0 };
  const sent = { events: 0, notices: 0 };
  const now = () => state.now;
  const count = async () => undefined;
  const deliver = deliverToQueue({
    queue: {
      send: async (messages) => {
        if (state.sqsFails-- > 0) throw new Error('SQS did not take 1 of 1 messages');
        sent.notices += messages.length;
      },
    },
    sendChanges: async ({ changes }) => {
      if (state.eventBridgeFails-- > 0) throw new SendError('eventbridge throttled', { isFinal: false });
      sent.events += changes.length;
    },
    store,
    count,
    log,
    now,
  });
  const down = groupResult('', resultAt('db', { error: { code: 'ConnectionError', message: 'refused' } }));
  const share = async () => {
    state.runs += 1;
    return { report: { ...reportOf(down), startedAt: state.now, durationMs: 100 }, ageMs: 0 };
  };
  const vault = { namespace: async () => namespace };
  const recorder = new Recorder({ vault, reporter: { share }, store, deliver, log, lateSlots: 2, now });
  const postponed: number[] = [];
  const receiver = consumer({
    queue: { postpone: async (_receipt, seconds) => void postponed.push(seconds) },
    log,
    handle: recordTask({ recorder, count, log, now }),
  });
  const receive = async (at: number, receives: number) => {
    const body = taskText({ namespace: namespace.name, at, intervalMs: MINUTE });
    const attributes = { ApproximateReceiveCount: String(receives) };
    const Records = [{ messageId: '1', receiptHandle: 'r', body, attributes }];
    return (await receiver({ Records })).batchItemFailures.length === 0;
  };
  return { state, sent, receive, postponed, left: () => store.batches(namespace.name) };
}

test.each([
  ['EventBridge', { eventBridgeFails: 1 }],
  ['SQS', { sqsFails: 1 }],
])('what %s does not take once is sent with the second receive, without another run', async (_what, failing) => {
  const { state, sent, receive, postponed, left } = await recording();
  await receive(START, 1);
  Object.assign(state, { now: START + MINUTE, ...failing });
  expect(await receive(START + MINUTE, 1)).toBe(false);
  expect(postponed).toEqual([5]);
  const { runs } = state;
  expect(await receive(START + MINUTE, 2)).toBe(true);
  // The changes of the check and of the whole, and one notice.
  expect(sent).toEqual({ events: 2, notices: 1 });
  expect([await left(), state.runs]).toEqual([[], runs]);
});

test('what EventBridge does not take at all is sent with a later slot', async () => {
  const { state, sent, receive, left } = await recording();
  await receive(START, 1);
  Object.assign(state, { now: START + MINUTE, eventBridgeFails: 5 });
  for (const receives of [1, 2, 3, 4, 5]) expect(await receive(START + MINUTE, receives)).toBe(false);
  expect(sent).toEqual({ events: 0, notices: 1 });
  state.now = START + 2 * MINUTE;
  expect(await receive(START + 2 * MINUTE, 1)).toBe(true);
  expect([await left(), sent]).toEqual([[], { events: 2, notices: 1 }]);
});
