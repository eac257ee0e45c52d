/**
 * Metrics in CloudWatch's embedded metric format, on standard output: Lambda's log takes them from there. Each
 * combination of a name and dimensions is a metric that AWS charges for, so there are few.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { CheckResult, Report } from '../engine/types.ts';
import { ConfigurationError } from '../errors.ts';
import type { Telemetry } from './telemetry.ts';

/** How much is told, by the values of HEALTHGATE_METRICS. */
const RECORDERS: Readonly<Record<string, (metrics: Metrics, report: Report) => void>> = {
  namespace: recordNamespace,
  checks(metrics, report) {
    recordNamespace(metrics, report);
    for (const result of resultsOf(report.result)) recordCheck(metrics, report.namespace, result);
  },
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const MAX_DIMENSION_LENGTH = 1024;

/** @throws ConfigurationError if the value is unknown. */
export function openMetrics(value: string): Telemetry {
  const name = value.trim();
  const recorder = Object.hasOwn(RECORDERS, name) ? RECORDERS[name] : undefined;
  if (recorder === undefined)
    throw new ConfigurationError(`HEALTHGATE_METRICS: expected ${Object.keys(RECORDERS).join(' or ')}`);
  const metrics = new Metrics({ namespace: 'Healthgate' });
  metrics.clearDefaultDimensions();
  return {
    record(report, part) {
      // A part would be mistaken for the whole.
      if (part.length === 0) recorder(metrics, report);
    },
    flush: () => Promise.resolve(), // nothing waits: a line is written as soon as it is made
  };
}

function recordNamespace(metrics: Metrics, { namespace, verdict, durationMs, result }: Report): void {
  const failed = resultsOf(result).filter(({ error }) => error !== undefined);
  metrics
    .addDimensions({ Namespace: namespace })
    .addMetric('Working', MetricUnit.Count, verdict === 'failing' ? 0 : 1)
    .addMetric('FailingChecks', MetricUnit.Count, failed.filter(({ error }) => error?.degraded !== true).length)
    .addMetric('DegradedChecks', MetricUnit.Count, failed.filter(({ error }) => error?.degraded === true).length)
    .addMetric('Duration', MetricUnit.Milliseconds, durationMs)
    .publishStoredMetrics();
}

function recordCheck(metrics: Metrics, namespace: string, { path, error, durationMs }: CheckResult): void {
  const isWorking = error === undefined || error.degraded === true;
  metrics
    .addDimensions({ Namespace: namespace, Check: dimensionOf(path) })
    .addMetric('Working', MetricUnit.Count, isWorking ? 1 : 0)
    .addMetric('Duration', MetricUnit.Milliseconds, durationMs)
    .publishStoredMetrics();
}

/** The path as the value of a dimension, which must be ASCII, not blank, and not begin with a colon. */
function dimensionOf(path: readonly string[]): string {
  const ascii = pathKey(path)
    .toWellFormed()
    .replace(/^:|[^\x21-\x7e]+/g, encodeURIComponent);
  return ascii.slice(0, MAX_DIMENSION_LENGTH) || '-';
}
