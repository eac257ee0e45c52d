/** What the checks of workers and of queues have in common. */
import type { Answers } from '../../clients/celery/answers.ts';
import type { CeleryBroker } from '../../clients/celery/broker.ts';

const MAX_NAMES = 5;

/** At most five names. */
export function list(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}

/** `1 message`, `7 messages`. */
export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

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
