/** Cases of Celery over SQS beyond the contract suite: where a canary was lost, what stays behind, hostile answers. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { canaryEnvelope } from '../../lib/clients/celery/envelope.ts';
import { canaryOf } from '../../lib/clients/celery/messages.ts';
import { sqsName } from '../../lib/clients/celery/sqs.ts';
import { PYTHON } from '../stack/python.ts';
import { startCelery } from '../stack/servers/celery.ts';
import type { CeleryWorker } from '../stack/servers/celery.ts';
import { sqsBroker, sqsSettings } from '../stack/servers/celery-sqs.ts';
import { awsAnswer, awsFailure, awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy } from '../support/aws-proxy.ts';
import { runLeaf } from '../support/run-leaf.ts';
import { queueOnSqs } from '../support/sqs-queue.ts';

const stack = inject('stack');
const QUEUE = `lost.${randomUUID()}`;
const RESULTS = new URL('/7', stack.redis.url).href;
const sqs = new SQSClient();
const { url: queueUrl, counts } = queueOnSqs(sqs, sqsName(QUEUE));
const NOTHING = { waiting: 0, taken: 0 };

let folder: string;
let worker: CeleryWorker;
let proxy: AwsProxy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'healthgate-celery-sqs-'));
  proxy = await awsProxy(stack.aws.endpoint);
  const options = { folder, python: PYTHON, broker: sqsBroker(stack.aws.port), backend: RESULTS };
  const settings = sqsSettings(stack.aws.region);
  worker = await startCelery({ ...options, name: 'celery@lost', queues: [QUEUE], settings });
}, 60_000);

afterEach(() => {
  proxy.instead = {};
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await worker.stop();
  await proxy.stop();
  sqs.destroy();
  await rm(folder, { recursive: true });
}, 30_000);

const canary = (more: object = {}) => ({
  kind: 'celery_queue',
  url: 'sqs://',
  queue: QUEUE,
  task: 'celery.accumulate',
  result_url: RESULTS,
  timeout: 2,
  ...more,
});

async function statusOf(leaf: object): Promise<string> {
  return (await runLeaf(leaf)).status;
}

/** The worker is alive, and nothing is left in its queue. */
async function expectUnharmed(): Promise<void> {
  expect(await statusOf(canary({ timeout: 10 }))).toBe('working');
  await expect.poll(counts, { timeout: 10_000 }).toEqual(NOTHING);
}

describe('a canary on SQS', () => {
  it('leaves nothing behind when its result has come', async () => {
    await expectUnharmed();
  });

  it('is named as still waiting when the worker hangs, and is dropped once the worker goes on', async () => {
    worker.pause();
    try {
      expect(await statusOf(canary())).toMatch(
        /^UnhealthyError: no worker took the canary from queue lost\.\S+: it still waited there \(sqs has about 1 that /,
      );
      expect(await counts()).toEqual({ waiting: 1, taken: 0 });
      // With the queue above its bound already, the check adds no further canary to it.
      expect(await statusOf(canary({ max_depth: 0 }))).toMatch(
        /^UnhealthyError: 1 message waits in queue lost\.\S+, more than max_depth 0$/,
      );
      expect(await counts()).toEqual({ waiting: 1, taken: 0 });
      await pause(2000); // until the canary has expired
    } finally {
      worker.resume();
    }
    await expectUnharmed();
    expect(await readFile(join(folder, 'celery.log'), 'utf8')).toContain('Discarding revoked task: celery.accumulate');
  });

  it('is named as taken but not run when its worker is busy', async () => {
    const slow = canaryEnvelope(canaryOf('healthgate.slow', QUEUE, 60_000));
    const MessageBody = Buffer.from(slow).toString('base64');
    await sqs.send(new SendMessageCommand({ QueueUrl: await queueUrl(), MessageBody }));
    await expect.poll(() => readFile(join(folder, 'celery.log'), 'utf8')).toContain('Task healthgate.slow[');
    expect(await statusOf(canary())).toMatch(
      /^UnhealthyError: a worker took the canary from queue lost\.\S+, but has not run it: .* \(sqs has about 0 that /,
    );
    await expectUnharmed();
  });

  it('is dropped when no worker knows its task', async () => {
    expect(await statusOf(canary({ task: 'healthgate.other' }))).toContain('does not know task healthgate.other');
    await expectUnharmed();
  });
});

describe('SQS that answers oddly', () => {
  const through = () => canary({ endpoint: proxy.url });

  it('gets every call at the endpoint of the process, whatever host the URL of the queue names', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
    proxy.instead = { 'AmazonSQS.GetQueueUrl': awsAnswer({ QueueUrl: `http://127.0.0.1:1/queue/${sqsName(QUEUE)}` }) };
    expect(await statusOf(canary())).toBe('working');
    const asked = proxy.calls.map(({ headers }) => headers['x-amz-target']);
    expect(asked.slice(-2)).toEqual(['AmazonSQS.GetQueueAttributes', 'AmazonSQS.SendMessage']);
  });

  it.each([
    [
      'GetQueueUrl',
      'nothing',
      awsAnswer({}),
      /^UnhealthyError: sqs queue lost-\S+ at .* did not answer like SQS; is the /,
    ],
    [
      'GetQueueUrl',
      'a long URL',
      awsAnswer({ QueueUrl: 'x'.repeat(5000) }),
      /^UnhealthyError: .* did not answer like SQS/,
    ],
    ['GetQueueAttributes', 'nothing', awsAnswer({}), /^UnhealthyError: .* did not answer like SQS/],
    [
      'GetQueueAttributes',
      'no numbers',
      awsAnswer({ Attributes: { ApproximateNumberOfMessages: 'many' } }),
      /^UnhealthyError: .* did not answer like SQS/,
    ],
    ['SendMessage', 'nothing', awsAnswer({}), /^UnhealthyError: .* did not answer like SQS/],
    ['GetQueueUrl', 'AccessDenied', awsFailure('AccessDenied'), /^AuthError: .* grant sqs:GetQueueUrl on it/],
    ['SendMessage', 'AccessDenied', awsFailure('AccessDenied'), /^AuthError: sqs queue .* grant sqs:SendMessage on it/],
    ['SendMessage', 'RequestThrottled', awsFailure('RequestThrottled'), /^UnhealthyError: .* throttled the call/],
    [
      'GetQueueAttributes',
      'no queue',
      awsFailure('QueueDoesNotExist'),
      /^UnhealthyError: queue lost\.\S+ does not exist: /,
    ],
    [
      'GetQueueUrl',
      'no queue, in the older protocol',
      awsFailure('AWS.SimpleQueueService.NonExistentQueue'),
      /^UnhealthyError: queue lost\.\S+ does not exist: sqs 127\.0\.0\.1:\d+ has no queue lost-\S+; are region and /,
    ],
  ])('is reported when it answers %s with %s', async (call, _what, instead, error) => {
    proxy.instead = { [`AmazonSQS.${call}`]: instead };
    const { status, logged } = await runLeaf(through());
    expect(status).toMatch(error);
    expect(logged).toBe('');
  });
});
