/** AWS Lambda: takes a notice from a queue, and sends it to its target. */
import { countersIn, historyIn, queueIn, standardLog, vaultIn } from '../lib/compose.ts';
import { consumer } from '../lib/record/queue-consumer.ts';
import { sendNotice, targetsIn } from '../lib/record/queue-notify.ts';

const log = standardLog();
const [vault, store, queue] = await Promise.all([
  vaultIn(process.env, log),
  historyIn(process.env),
  queueIn(process.env, 'HEALTHGATE_NOTICE_QUEUE'),
]);
const targetsOf = targetsIn(vault, log);
const handle = sendNotice({ targetsOf, store, count: countersIn(process.env), log, now: Date.now });

export const handler = consumer({ queue, log, handle });
