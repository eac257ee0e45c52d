/** An alarm on a metric that nobody publishes never fires. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COUNTED } from '../../../lib/telemetry/counters.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Alarm {
  readonly name: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly TreatMissingData: string;
  readonly Period: number;
  readonly AlarmActions: readonly string[];
  readonly OKActions: readonly string[];
}

/** What serverless.yml derives from the schedule: test/unit/infra/parameters.test.ts. */
const CANARY = { period: 300, runs: 2, missing: 'breaching' };

const text = (path: string) => readFile(join(ROOT, path), 'utf8');

async function alarmsIn(path: string): Promise<readonly Alarm[]> {
  const template = (await text(path))
    .replaceAll(/!(?:Ref|GetAtt) /g, '')
    .replaceAll(/\$\{self:custom\.canaryAlarm\.(\w+)\}/g, (_all, name: keyof typeof CANARY) => String(CANARY[name]));
  const { on } = parse(template) as {
    on: { Resources: Record<string, { Properties: Omit<Alarm, 'name'> }> };
  };
  return Object.entries(on.Resources).map(([name, { Properties }]) => ({ name, ...Properties }));
}

const FILES = ['infra/alarms.yml', 'infra/canary-alarm.yml', 'infra/history/alarms.yml'];
const alarms = (await Promise.all(FILES.map(alarmsIn))).flat();

/**
 * What AWS publishes, by namespace and dimension, and by which names:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_metrics.html
 */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda FunctionName': ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
  'AWS/SQS QueueName': ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'],
  'AWS/ApiGateway ApiId': ['Count', '4xx', '5xx'],
  'CloudWatchSynthetics CanaryName': ['SuccessPercent'],
};

/** Whether a function counts this: it, or what it hands messages to. */
async function counts(name: string, metric: string): Promise<boolean> {
  const own = await text(`functions/${name}.ts`);
  const handlers = [...own.matchAll(/'\.\.\/(lib\/record\/[\w-]+\.ts)'/g)].map(([, path = '']) => path);
  const texts = await Promise.all(handlers.map(text));
  return [own, ...texts].some((code) => code.includes(`count('${metric}')`));
}

describe.each(alarms)('the alarm $name', ({ Namespace, MetricName, Dimensions, ...alarm }) => {
  const [dimension, ...others] = Dimensions;

  test('watches a metric that is published with its one dimension', async () => {
    expect(others).toEqual([]);
    if (Namespace !== 'Healthgate') {
      expect(OF_AWS[`${Namespace} ${dimension?.Name ?? ''}`]).toContain(MetricName);
      return;
    }
    expect(COUNTED).toContain(MetricName);
    const [, name = ''] = /^(\w+)LambdaFunction$/.exec(dimension?.Value ?? '') ?? [];
    expect([dimension?.Name, await counts(name.toLowerCase(), MetricName)]).toEqual(['FunctionName', true]);
  });

  test('tells its beginning and its end, and what no data mean', () => {
    expect([alarm.AlarmActions, alarm.OKActions]).toEqual([['${param:alarmTopic}'], ['${param:alarmTopic}']]);
    expect(['breaching', 'notBreaching']).toContain(alarm.TreatMissingData);
    expect(alarm.Period % 60).toBe(0);
  });
});

test.each(COUNTED)('what is counted as %s has an alarm', (metric) => {
  expect(alarms.map(({ MetricName }) => MetricName)).toContain(metric);
});

test('the dashboard shows what is counted, of the function that counts it', async () => {
  const dashboard = await text('infra/history/dashboard.yml');
  for (const metric of COUNTED) expect(dashboard).toContain(`"${metric}"`);
});
