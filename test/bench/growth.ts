/** How time and memory grow with 10, 100 and 1,000 checks of one kind against one server. */
import type { Addresses } from '../stack/addresses.ts';
import { ms, ratio } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';

const COUNTS = [10, 100, 1000] as const;
const PEAK_MB = 128;

interface Outcome {
  readonly medianMs: number;
  readonly peakMb: number;
  readonly verdicts: readonly string[];
}

export async function growth(stack: Addresses): Promise<Figure[]> {
  const kinds = {
    cache: { kind: 'cache', url: stack.redis.url },
    postgres: { kind: 'postgres', url: stack.postgres.url },
    celery_queue: { kind: 'celery_queue', url: stack.rabbitmq.url, queue: stack.celery.queues[0] },
  };
  const figures: Figure[] = [];
  for (const [kind, leaf] of Object.entries(kinds)) {
    const outcomes: Outcome[] = [];
    for (const count of COUNTS) {
      outcomes.push(await isolated<Outcome>('test/bench/growth-child.ts', [String(count), JSON.stringify(leaf)]));
    }
    const [few, , many] = outcomes;
    if (few === undefined || many === undefined) continue;
    const grown = many.medianMs / few.medianMs;
    const times = outcomes.map(({ medianMs }) => ms(medianMs)).join(', ');
    const allWork = outcomes.every(({ verdicts }) => verdicts.join() === 'working');
    figures.push(
      {
        name: `${kind}: time for ${COUNTS.join(', ')} checks`,
        asked: '1,000 checks take at most 100 times as long as 10',
        measured: `${times}: ${ratio(grown)}${allWork ? '' : ', NOT ALL WORK'}`,
        ok: grown <= 100 && allWork,
      },
      {
        name: `${kind}: peak memory`,
        asked: `1,000 below ${String(PEAK_MB)} MB`,
        measured: outcomes.map(({ peakMb }) => `${peakMb.toFixed(0)} MB`).join(', '),
        ok: many.peakMb < PEAK_MB,
      },
    );
  }
  return figures;
}
