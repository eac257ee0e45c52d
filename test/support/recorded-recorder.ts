/** Records the AWS calls of the functions that record: each does everything that it can, on the emulator. */
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { openHistory } from '../../lib/history/open.ts';
import { sendChanges } from '../../lib/notify/events.ts';
import { consumer } from '../../lib/record/queue-consumer.ts';
import { deliverToQueue } from '../../lib/record/queue-deliver.ts';
import { sendNotice, targetsIn } from '../../lib/record/queue-notify.ts';
import { planner } from '../../lib/record/queue-plan.ts';
import { recordTask } from '../../lib/record/queue-record.ts';
import { openQueue } from '../../lib/record/queue.ts';
import { Recorder } from '../../lib/record/recorder.ts';
import { Reporter } from '../../lib/reporter.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Addresses } from '../stack/addresses.ts';
import { freePort } from '../stack/process.ts';
import { ACCOUNT, accessesOf, distinct } from './aws-calls.ts';
import type { Access } from './aws-calls.ts';
import { awsProxy } from './aws-proxy.ts';
import { collectedLog } from './collected-log.ts';
import { createHistoryTable } from './history-table.ts';
import { RECORDER } from './recorder-resources.ts';

/** What each function did, by its name. */
export interface RecordedRecorder {
  readonly plan: readonly Access[];
  readonly record: readonly Access[];
  readonly notify: readonly Access[];
  /** The endpoint, when it reads the history. */
  readonly health: readonly Access[];
  /** What the functions logged as errors. */
  readonly errors: readonly string[];
}

const SLOT_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * @param prefix Of the names of the namespaces' secrets.
 * @param secret The name of a secret with a `host`, which the namespace refers to.
 */
export async function recordRecorder({ aws }: Addresses, prefix: string, secret: string): Promise<RecordedRecorder> {
  const urls = await makeResources(aws);
  await writeNamespace({ prefix, secret, region: aws.region });
  const proxy = await awsProxy(aws.endpoint);
  const { log, lines } = collectedLog();
  try {
    vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
    let passedMs = 0;
    const vault = new Vault(secretsManagerStore(prefix), log, { now: () => Date.now() + passedMs });
    /** The document is read again for each message. */
    const eachMinute = async <Message>(messages: readonly Message[], work: (message: Message) => Promise<unknown>) => {
      for (const message of messages) {
        await work(message);
        passedMs += SLOT_MS;
      }
    };
    const store = await openHistory(`dynamodb:${RECORDER.table}`);
    const [queue, notices] = await Promise.all([openQueue(urls.record), openQueue(urls.notice)]);
    const during = async (work: () => Promise<unknown>): Promise<readonly Access[]> => {
      const before = proxy.calls.length;
      await work();
      return distinct(proxy.calls.slice(before).flatMap(accessesOf));
    };
    const count = async () => undefined;
    const plan = planner({ vault, queue, log, now: Date.now });
    const deliver = deliverToQueue({
      queue: notices,
      sendChanges: (batch, signal) => sendChanges(batch, { signal }),
      store,
      count,
      log,
      now: Date.now,
    });
    const reporter = new Reporter(vault, log);
    const recorder = new Recorder({ reporter, vault, store, deliver, log, lateSlots: 2, now: Date.now });
    const record = consumer({ queue, log, handle: recordTask({ recorder, count, log, now: Date.now }) });
    const send = sendNotice({ targetsOf: targetsIn(vault, log), store, count, log, now: Date.now });
    const notify = consumer({ queue: notices, log, handle: send });

    const now = Date.now();
    const accesses = {
      plan: await during(async () => {
        for (const at of [now - SLOT_MS, now]) await plan({ time: new Date(at).toISOString() });
      }),
      // The last one is none, so that it is postponed.
      record: await during(async () => {
        await eachMinute(await received(urls.record, aws.endpoint), (message) => record({ Records: [message] }));
        await record({ Records: [{ messageId: '1', receiptHandle: 'gone', body: 'none' }] });
      }),
      notify: await during(async () => {
        const messages = await received(urls.notice, aws.endpoint);
        // Those that cannot be sent are postponed, and given up when they are old.
        await eachMinute([...messages, ...messages.map(aged)], (message) => notify({ Records: [message] }));
      }),
      health: await during(async () => {
        await store.samples('shop', { from: 0, to: Infinity });
        await store.memory('shop');
        await store.load('shop', now);
      }),
    };
    await store.close();
    return { ...accesses, errors: lines.filter((line) => line.includes('"level":"error"')) };
  } finally {
    vi.unstubAllEnvs();
    await proxy.stop();
  }
}

async function makeResources(aws: Addresses['aws']): Promise<{ readonly record: string; readonly notice: string }> {
  const [sqs, sns, ses] = [sqsAt(aws.endpoint), new SNSClient({}), new SESv2Client({})];
  await createHistoryTable(aws, RECORDER.table);
  await sns.send(new CreateTopicCommand({ Name: RECORDER.topic }));
  await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: RECORDER.sender }));
  const create = async (QueueName: string, Attributes = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  return {
    record: await create(RECORDER.recordQueue),
    notice: await create(RECORDER.noticeQueue, { FifoQueue: 'true' }),
  };
}

/** A namespace that is down, with a target of each kind that is on AWS, and one that refuses for now. */
async function writeNamespace({
  prefix,
  secret,
  region,
}: Record<'prefix' | 'secret' | 'region', string>): Promise<void> {
  const document = {
    access_tokens: [createToken('shop')],
    checks: { closed: { kind: 'tcp', host: { secret, key: 'host' }, port: await freePort() } },
    notify: [
      { type: 'sns', topic: `arn:aws:sns:${region}:${ACCOUNT}:${RECORDER.topic}` },
      { type: 'email', from: `healthgate@${RECORDER.sender}`, to: 'ops@shop.example' },
      { type: 'slack', url: `http://127.0.0.1:${await freePort()}/services/x` },
    ],
  };
  await secretsManagerStore(prefix).write('shop', JSON.stringify(document), AbortSignal.timeout(10_000));
}

/** The same message, about what happened a day ago. */
function aged<Message extends { readonly body: string }>(message: Message): Message {
  const notice = JSON.parse(message.body) as { change: { at: number } };
  const change = { ...notice.change, at: notice.change.at - DAY_MS };
  return { ...message, body: JSON.stringify({ ...notice, change }) };
}

/** As Lambda receives them. */
async function received(QueueUrl: string, endpoint: string) {
  const sqs = sqsAt(endpoint);
  const all = [];
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    });
    const { Messages = [] } = await sqs.send(command);
    if (Messages.length === 0) return all;
    for (const { MessageId = '', ReceiptHandle = '', Body = '', Attributes } of Messages)
      all.push({ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes });
  }
}

/** Its calls are Lambda's own, and not recorded. */
function sqsAt(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, useQueueUrlAsEndpoint: false });
}
