/** What configuration is generated from, in tests. */
import type { Namespace } from '../../lib/document/namespace.ts';
import type { Plan } from '../../lib/generate/consumer.ts';
import { planOf } from '../../lib/generate/plan.ts';
import { namespaceOf } from './namespace.ts';

export const URL = 'https://health.example/ops';

const redis = { kind: 'redis', url: 'redis://cache.example:6379/0' };

/** A namespace with groups, dependencies, an address that several checks need, and names that need care. */
export const KEYS = {
  deadline: 8,
  checks: {
    network: { kind: 'dns', name: 'cache.example', critical: false },
    cache: {
      data: { ...redis, runbook: 'https://wiki.example/runbooks/redis', description: 'Sessions {{ and }} baskets' },
      pages: { ...redis, critical: false },
    },
    celery: {
      ping: { kind: 'tcp', host: 'worker.example', port: 1, depends_on: ['cache'] },
      'queues.high': { kind: 'tcp', host: 'worker.example', port: 2, depends_on: ['celery/ping'] },
    },
    'say "hi" [a|b]': { kind: 'tcp', host: 'other.example', port: 3, depends_on: ['network'] },
    reports: { kind: 'tcp', host: 'reports.example', port: 4, critical: false },
  },
};

export async function planWith(keys: Readonly<Record<string, unknown>> = KEYS): Promise<Plan> {
  return planFrom(await namespaceOf(keys));
}

export function planFrom(namespace: Namespace): Plan {
  return planOf(namespace, URL);
}
