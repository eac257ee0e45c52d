/** The programs for which configuration can be made, one entry each. */
import type { ConsumerEntry } from './consumer.ts';

export const consumers: readonly ConsumerEntry[] = [
  {
    name: 'prometheus-rules',
    summary: 'alerts, one for each cause',
    load: async () => (await import('./prometheus-rules.ts')).prometheusRules,
  },
];
