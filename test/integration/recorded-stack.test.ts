/**
 * The recorder as `npm run deploy` creates it, on an emulator that runs all of it: schedule → plan → queue → record →
 * table → event, queue → notify → Slack, for which a server on this machine stands in. It has an emulator of its own,
 * since it stops and starts what its namespace checks.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { openHistory } from '../../lib/history/open.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { DEPLOYMENT_MS, prepareDeployment } from '../support/deployment.ts';
import type { Deployment } from '../support/deployment.ts';

const STAGE = 'recorded';
/** Seconds of a slot, when the test plans it. */
const SLOT_S = 2;
const MINUTE_MS = 60_000;
const LONG_MS = 90_000;
const always = { from: 0, to: Infinity };
const token = createToken('shop');

let stack: Stack<'ministack' | 'redis'>;
let deployment: Deployment;
let url: string;
let slack: RecordingSlack;
let store: HistoryStore;
let outputs: Readonly<Record<string, string>>;
let events: () => Promise<readonly StatusChange[]>;

beforeAll(async () => {
  [stack, slack] = await Promise.all([startStack(['ministack', 'redis']), recordingSlack()]);
  const { ministack, redis } = stack.addresses;
  // For the clients here, too.
  Object.assign(process.env, motoEnvironment(ministack));
  const document = {
    access_tokens: [token],
    checks: { cache: { data: { kind: 'redis', url: redis.url } } },
    notify: [{ type: 'slack', url: slack.url }],
  };
  const vault = secretsManagerStore(`healthgate/${STAGE}`);
  await vault.write('shop', JSON.stringify(document), AbortSignal.timeout(10_000));
  [deployment, events] = await Promise.all([prepareDeployment(ministack, STAGE), changesOnTheBus()]);
  url = await deployment.deploy({ history: 'on' });
  const stacks = await new CloudFormationClient({}).send(
    new DescribeStacksCommand({ StackName: `healthgate-${STAGE}` }),
  );
  const [{ Outputs = [] } = {}] = stacks.Stacks ?? [];
  outputs = Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  store = await openHistory(`dynamodb:${outputs.HistoryTable ?? ''}`);
}, DEPLOYMENT_MS);

afterAll(async () => {
  await stack.stop();
  await Promise.all([store.close(), deployment.remove(), slack.close()]);
});

describe('the deployed recorder', () => {
  test('tells Slack once that a server is down, and once that it is up again', { timeout: LONG_MS }, async () => {
    const planning = new AbortController();
    const planned = planSlots(planning.signal);
    await samplesAfter(Date.now(), 'up');
    // It is sent again.
    slack.answerWith(503, 200);
    await stack.parts.redis.stop();
    await slack.told(1);
    await stack.parts.redis.start();
    await slack.told(2);
    await samplesAfter(Date.now(), 'up');
    planning.abort();
    await planned;

    expect(slack.texts()).toEqual([expect.stringMatching(/down/i), expect.stringMatching(/up|works again/i)]);
    expect(slack.attempts()).toBe(3);
    const changes = await store.changes('shop', always);
    const told = changes.map(({ path, from, to }) => ({ path, from, to }));
    expect(told).toEqual([
      { path: '', from: 'up', to: 'down' },
      { path: 'cache/data', from: 'up', to: 'down' },
      { path: '', from: 'down', to: 'up' },
      { path: 'cache/data', from: 'down', to: 'up' },
    ]);
    expect(new Set(changes.map(({ outage }) => outage)).size).toBe(1);
    const ids = changes.map(({ id }) => id).sort();
    expect((await events()).map(({ id }) => id).sort()).toEqual(ids);
    // Everything was handed on, and nothing is left anywhere.
    expect(await store.batches('shop')).toEqual([]);
    expect(await store.deadLetters('shop')).toEqual([]);
    expect(await Promise.all([outputs.RecordDeadLetters, outputs.NoticeDeadLetters].map(messagesIn))).toEqual([0, 0]);
  });

  test('shows what was recorded at its endpoint', { timeout: LONG_MS }, async () => {
    const { status, body } = await deployment.ask(`${url}/api/health/${token}/?history=24h`);
    const { checks } = JSON.parse(body) as { checks: Record<string, { uptime: number; samples: { state: string }[] }> };
    const { uptime = NaN, samples = [] } = checks['cache/data'] ?? {};
    expect({ status, isPartly: uptime > 0 && uptime < 1 }).toEqual({ status: 200, isPartly: true });
    expect(new Set(samples.map(({ state }) => state))).toEqual(new Set(['up', 'down']));
  });

  test('keeps a notice that its target refuses for good', { timeout: LONG_MS }, async () => {
    slack.answerWith(404);
    const planning = new AbortController();
    const planned = planSlots(planning.signal);
    await stack.parts.redis.stop();
    await vi.waitFor(
      async () => {
        expect(await store.deadLetters('shop')).toMatchObject([{ error: expect.stringContaining('404') as unknown }]);
      },
      { timeout: LONG_MS, interval: 500 },
    );
    planning.abort();
    await Promise.all([planned, stack.parts.redis.start()]);
  });

  test('is started by its schedule', { timeout: LONG_MS + 30_000 }, async () => {
    await vi.waitFor(
      async () => {
        const samples = await store.samples('shop', always);
        expect(samples.filter(({ intervalMs }) => intervalMs === MINUTE_MS)).not.toEqual([]);
      },
      { timeout: LONG_MS, interval: 1000 },
    );
  });
});

/**
 * Has the deployed function plan one short slot after the other, and each of them twice, as a schedule may do. Slots at
 * full minutes are left to the schedule.
 */
async function planSlots(signal: AbortSignal): Promise<void> {
  const lambda = new LambdaClient({});
  const plan = async (Payload: string) => {
    const FunctionName = `healthgate-${STAGE}-plan`;
    const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: 'live', Payload }));
    expect(FunctionError).toBeUndefined();
  };
  while (!signal.aborted) {
    if (Date.now() % MINUTE_MS < SLOT_S * 1000) await wait(SLOT_S * 1000);
    const event = JSON.stringify({ time: new Date().toISOString(), seconds: SLOT_S });
    await Promise.all([plan(event), plan(event)]);
    await wait(SLOT_S * 1000 - (Date.now() % (SLOT_S * 1000)));
  }
}

async function samplesAfter(time: number, state: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const samples = await store.samples('shop', { from: time, to: Infinity });
      expect(samples.map(({ checks }) => checks.at(-1)?.state)).toContain(state);
    },
    { timeout: LONG_MS, interval: 500 },
  );
}

interface StatusChange {
  readonly id: string;
}

/** A queue that gets what is put on the bus. */
async function changesOnTheBus(): Promise<() => Promise<readonly StatusChange[]>> {
  const [sqs, eventBridge] = [sqsClient(), new EventBridgeClient({})];
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'changes' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const EventPattern = JSON.stringify({ source: ['healthgate'], 'detail-type': ['Healthgate Status Change'] });
  await eventBridge.send(new PutRuleCommand({ Name: 'changes', EventPattern }));
  const Targets = [{ Id: 'queue', Arn: Attributes?.QueueArn }];
  await eventBridge.send(new PutTargetsCommand({ Rule: 'changes', Targets }));
  return async () => {
    const all: StatusChange[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return all;
      all.push(...Messages.map(({ Body = '' }) => (JSON.parse(Body) as { detail: StatusChange }).detail));
    }
  };
}

async function messagesIn(queue: string | undefined): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['ApproximateNumberOfMessages'] });
  return Number((await sqsClient().send(command)).Attributes?.ApproximateNumberOfMessages);
}

/** Requests go to the emulator: its queues have URLs of AWS. */
function sqsClient(): SQSClient {
  return new SQSClient({ useQueueUrlAsEndpoint: false });
}

interface RecordingSlack {
  readonly url: string;
  /** Answers the next requests with these statuses, and those after them with the last one. */
  answerWith(...statuses: readonly number[]): void;
  attempts(): number;
  /** The texts of the messages that were taken. */
  texts(): readonly string[];
  /** Waits until so many were taken. */
  told(count: number): Promise<void>;
  close(): Promise<void>;
}

async function recordingSlack(): Promise<RecordingSlack> {
  const texts: string[] = [];
  let statuses: readonly number[] = [200];
  let attempts = 0;
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const [status = 200, ...others] = statuses;
      if (others.length > 0) statuses = others;
      attempts += 1;
      if (status === 200) texts.push((body as { text: string }).text);
      response.writeHead(status).end(status === 200 ? 'ok' : 'no');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T0/B0/x`,
    answerWith(...next) {
      statuses = next;
    },
    attempts: () => attempts,
    texts: () => texts,
    async told(count) {
      await vi.waitFor(
        () => {
          expect(texts).toHaveLength(count);
        },
        { timeout: LONG_MS, interval: 100 },
      );
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
