/** AWS Lambda: on a schedule, puts a message on the queue for each namespace. */
import { queueIn, standardLog, vaultIn } from '../lib/compose.ts';
import { planner } from '../lib/record/queue-plan.ts';

const log = standardLog();
const [vault, queue] = await Promise.all([vaultIn(process.env, log), queueIn(process.env, 'HEALTHGATE_RECORD_QUEUE')]);

export const handler = planner({ vault, queue, log, now: Date.now });
