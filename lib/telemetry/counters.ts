/**
 * What alarms count of the functions that record, as metrics in CloudWatch's embedded metric format. A metric costs
 * something only where there is something to count.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Samples that are missing, and batches of events and notices that were given up. */
export const COUNTED = ['LostSlots', 'LostEvents', 'DeadLetters'] as const;

export type Counted = (typeof COUNTED)[number];

export type Count = (what: Counted) => Promise<void>;

/** @param functionName The name of the function, which is the metric's dimension. */
export function openCounters(functionName: string): (what: Counted) => void {
  const metrics = new Metrics({ namespace: 'Healthgate' });
  metrics.clearDefaultDimensions();
  return (what) => {
    metrics.addDimensions({ FunctionName: functionName }).addMetric(what, MetricUnit.Count, 1).publishStoredMetrics();
  };
}
