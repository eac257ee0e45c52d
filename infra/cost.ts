/**
 * What it costs to record namespaces on AWS, and at how many of them a limit of AWS is reached: by formula, from what
 * was measured. `npm run docs` writes the tables of docs/cost.md with it.
 */
import { BATCH, meanBatchMs, neededConcurrency, PLAN, simulate } from './lag.ts';
import { MEASURED } from './measured.ts';

/** Dollars, as listed for us-east-1 and arm64 in November 2026, without the free tier. They change: check them. */
export const PRICES = {
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  sqsRequest: 0.4 / 1e6,
  sqsFifoRequest: 0.5 / 1e6,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  /** A GB in a table for a month, with point-in-time recovery. */
  dynamoGb: 0.25 + 0.2,
  /** Also one that reads several secrets, as assumed. */
  secretCall: 0.05 / 1e4,
  event: 1 / 1e6,
  logGb: 0.5,
  alarm: 0.1,
} as const;

/** Minutes of a month of 30 days: samples of a namespace. */
const SAMPLES = 43_200;
const MEMORY_GB = 0.5;
/** As assumed: outages of a month, changes of each with its recovery, and targets that are told of both. */
const OUTAGES = 10;
const CHANGES = 4;
const TARGETS = 2;
/** Bytes of Lambda's own lines for one call, about. */
const LOG_BYTES = 1000;
/** Seconds that a notice takes, as assumed. */
const NOTICE_S = 0.5;
/** Calls for one message of a FIFO queue: sent, received, deleted. */
const FIFO_CALLS = 3;
/** Five pollers a queue, each of which asks every 20 s. */
const IDLE_CALLS = 5 * 3 * SAMPLES;
/** In infra/history/alarms.yml. */
const ALARMS = 11;

export interface CostLine {
  readonly part: string;
  /** Dollars a month. */
  readonly dollars: number;
}

/** Calls of Secrets Manager that read several secrets, as many as AWS takes in a second. */
const BATCH_READS = 100;

/** Calls of Secrets Manager for a sample, where so many namespaces are recorded. */
function secretCalls(namespaces: number): number {
  const share = Math.min(1, (BATCH_READS * 60) / namespaces);
  return share * MEASURED.secretCalls + (1 - share) * MEASURED.secretCallsSingly;
}

/** What each of so many namespaces costs a month, if their messages come in batches of this size. */
export function costOfNamespace(batch: number, namespaces = 1): readonly CostLine[] {
  const invocations = SAMPLES / batch;
  const seconds = meanBatchMs(batch, MEASURED.times) / 1000;
  const notice =
    PRICES.lambdaRequest + NOTICE_S * MEMORY_GB * PRICES.lambdaGbSecond + FIFO_CALLS * PRICES.sqsFifoRequest;
  return [
    { part: 'Lambda: running and recording', dollars: invocations * seconds * MEMORY_GB * PRICES.lambdaGbSecond },
    { part: 'Lambda: requests', dollars: invocations * PRICES.lambdaRequest },
    { part: 'Secrets Manager: reads', dollars: SAMPLES * secretCalls(namespaces) * PRICES.secretCall },
    { part: 'Secrets Manager: its share of the list of names', dollars: (SAMPLES / PLAN.page) * PRICES.secretCall },
    { part: 'DynamoDB: writes', dollars: SAMPLES * MEASURED.writeUnits * PRICES.dynamoWriteUnit },
    { part: 'DynamoDB: reads', dollars: SAMPLES * MEASURED.readUnits * PRICES.dynamoReadUnit },
    { part: 'DynamoDB: storage and recovery', dollars: (MEASURED.storedMb / 1000) * PRICES.dynamoGb },
    // A tenth of a call to send, and a share of those that receive and delete.
    { part: 'SQS: requests', dollars: SAMPLES * (1 / PLAN.call + 2 / batch) * PRICES.sqsRequest },
    { part: 'CloudWatch: logs', dollars: ((invocations * LOG_BYTES) / 1e9) * PRICES.logGb },
    { part: 'EventBridge: changes', dollars: OUTAGES * CHANGES * PRICES.event },
    { part: 'Notices', dollars: OUTAGES * 2 * TARGETS * notice },
  ];
}

/** What a heartbeat costs a month: a notice a minute. */
export function costOfHeartbeat(): number {
  const notice =
    PRICES.lambdaRequest + NOTICE_S * MEMORY_GB * PRICES.lambdaGbSecond + FIFO_CALLS * PRICES.sqsFifoRequest;
  return SAMPLES * notice;
}

/** What the recorder costs a month, however few namespaces there are. */
export function fixedCost(): readonly CostLine[] {
  const planSeconds = (PLAN.startMs + PLAN.pageMs + PLAN.callMs) / 1000;
  return [
    {
      part: 'The plan, once a minute',
      dollars: SAMPLES * (PRICES.lambdaRequest + planSeconds * MEMORY_GB * PRICES.lambdaGbSecond),
    },
    { part: 'Asking the empty queues', dollars: IDLE_CALLS * (PRICES.sqsRequest + PRICES.sqsFifoRequest) },
    { part: `${ALARMS} alarms, if \`alarmTopic\` is set`, dollars: ALARMS * PRICES.alarm },
  ];
}

export const sumOf = (lines: readonly CostLine[]) => lines.reduce((sum, { dollars }) => sum + dollars, 0);

export interface Limit {
  readonly what: string;
  readonly limit: string;
  /** Namespaces, a sample a minute, at which it is reached. */
  readonly namespaces: number;
}

/** Namespaces at which the limits of AWS are reached. All but that of a partition can be raised by AWS. */
export function limits(): readonly Limit[] {
  const perMinute = (perSecond: number, each: number) => Math.floor((perSecond * 60) / each);
  const batchS = meanBatchMs(BATCH, MEASURED.times) / 1000;
  const listed = Math.floor((20_000 / PLAN.pageMs) * PLAN.page);
  return [
    {
      what: 'Lambda: concurrency of a mapping, and of an account unless it was raised',
      limit: '1,000',
      namespaces: Math.floor((1000 * 60 * BATCH) / batchS),
    },
    {
      what: 'Lambda: batches that begin with the slot, and 300 more a minute',
      limit: '5 + 300 a minute',
      namespaces: rampLimit(batchS),
    },
    { what: 'SQS: messages that were received and not deleted yet', limit: '120,000', namespaces: 120_000 },
    {
      what: 'The plan: names that can be listed in 20 s, as assumed',
      limit: `${PLAN.pageMs} ms a page`,
      namespaces: listed,
    },
    { what: 'The plan: names of one slot', limit: '50,000', namespaces: 50_000 },
    {
      what: 'Secrets Manager: BatchGetSecretValue; beyond it, each secret is read by itself',
      limit: `${BATCH_READS} a second`,
      namespaces: perMinute(BATCH_READS, 1),
    },
    {
      what: 'Secrets Manager: GetSecretValue, if each secret is read by itself',
      limit: '10,000 a second',
      namespaces: perMinute(10_000, MEASURED.secretCallsSingly),
    },
    {
      what: 'DynamoDB: writes of a new table, evenly spread',
      limit: '4,000 units a second',
      namespaces: perMinute(4000, MEASURED.writeUnits),
    },
    {
      what: 'DynamoDB: writes of a table, unless it was raised',
      limit: '40,000 units a second',
      namespaces: perMinute(40_000, MEASURED.writeUnits),
    },
    {
      what: 'EventBridge: PutEvents, if every namespace changes in the same minute',
      limit: '10,000 a second',
      namespaces: perMinute(10_000, 1),
    },
  ];
}

/** Namespaces that can be recorded in a slot in which the functions begin one after the other. */
function rampLimit(batchS: number): number {
  const perSecond = 5;
  const functionSeconds = 5 * 60 + (perSecond * 60 * 60) / 2;
  return Math.floor((functionSeconds * BATCH) / batchS);
}

export interface LagRow {
  readonly namespaces: number;
  readonly concurrency: number;
  readonly medianS: number;
  readonly p99S: number;
  readonly maxS: number;
  readonly lost: number;
}

/** The recorder's lag by the measured times. */
export function lagRows(): readonly LagRow[] {
  return [100, 1000, 10_000].flatMap((namespaces) =>
    [10, 100, 1000].map((concurrency) => {
      const { medianMs, p99Ms, maxMs, lost } = simulate({ namespaces, concurrency, times: MEASURED.times });
      return { namespaces, concurrency, medianS: medianMs / 1000, p99S: p99Ms / 1000, maxS: maxMs / 1000, lost };
    }),
  );
}

/** The least `recordConcurrency` for so many namespaces. */
export function needed(namespaces: number): number | undefined {
  return neededConcurrency(namespaces, MEASURED.times);
}
