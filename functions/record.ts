/** AWS Lambda: takes namespaces from a queue, runs and records them, and hands on what somebody has to be told. */
import { countersIn, eventsIn, historyIn, queueIn, standardLog, telemetryIn, vaultIn } from '../lib/compose.ts';
import { consumer } from '../lib/record/queue-consumer.ts';
import { deliverToQueue } from '../lib/record/queue-deliver.ts';
import { recordTask } from '../lib/record/queue-record.ts';
import { Recorder } from '../lib/record/recorder.ts';
import { Reporter } from '../lib/reporter.ts';

/** Slots of a minute may be recorded in another order than they were planned in. */
const LATE_SLOTS = 2;

const log = standardLog();
const [vault, store, queue, notices, telemetry] = await Promise.all([
  vaultIn(process.env, log),
  historyIn(process.env),
  queueIn(process.env, 'HEALTHGATE_RECORD_QUEUE'),
  queueIn(process.env, 'HEALTHGATE_NOTICE_QUEUE'),
  telemetryIn(process.env, log),
]);
const reporter = new Reporter(vault, log, telemetry?.record);
const count = countersIn(process.env);
const sendChanges = eventsIn(process.env);
const deliver = deliverToQueue({ queue: notices, sendChanges, store, count, log, now: Date.now });
const recorder = new Recorder({ reporter, vault, store, deliver, log, lateSlots: LATE_SLOTS, now: Date.now });
const handle = recordTask({ recorder, count, log, now: Date.now });

export const handler = consumer({ queue, log, handle, settle: telemetry?.flush });
