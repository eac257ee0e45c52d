/** What the checks of workers and of queues have in common. */
import type { Answers } from '../../clients/celery/answers.ts';
import type { CeleryBroker } from '../../clients/celery/broker.ts';
import { count } from '../phrases.ts';

/** The end of a message about workers that do not answer, where the broker knows that some may be busy. */
export async function busyWorkers(broker: CeleryBroker): Promise<string> {
  const tasks = (await broker.unacknowledged()) ?? 0;
  if (tasks === 0) return '';
  const held = count(tasks, 'unfinished task');
  return `; workers have ${held}, and one of the pool solo does not answer while it runs a task`;
}

/** Whether one of the workers has answered that it consumes the queue. */
export function isConsumed(queue: string, { byWorker }: Answers<ReadonlySet<string>>): boolean {
  return [...byWorker.values()].some((queues) => queues.has(queue));
}
