/** Notices and changes on the emulator of AWS: SNS, SES and EventBridge take them and hand them on. */
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { sendChanges } from '../../lib/notify/events.ts';
import { SendError } from '../../lib/notify/send-error.ts';
import { contextUntil, down, hostile, quoted, targetOf, wide } from '../support/notices.ts';
import { recordingServer } from '../support/recording-server.ts';
import { changeSchema } from '../support/vendor-schemas.ts';

const { aws } = inject('stack');
const settings = { endpoint: aws.endpoint, region: aws.region };
const [sns, ses, sqs, events] = [
  new SNSClient(settings),
  new SESv2Client(settings),
  new SQSClient({ ...settings, md5: false }),
  new EventBridgeClient(settings),
];

/** What the emulator has sent: http://docs.getmoto.org/en/latest/docs/services/ses.html */
const SENT_MAILS = '/moto-api/data.json';

let queue: { readonly url: string; readonly arn: string };

beforeAll(async () => {
  const name = `told-${randomUUID()}`;
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  queue = { url, arn: `arn:aws:sqs:${aws.region}:123456789012:${name}` };
});

afterAll(() => {
  for (const client of [sns, ses, sqs, events]) client.destroy();
});

async function received(): Promise<Record<string, unknown>> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 10 }));
  return JSON.parse(Messages[0]?.Body ?? 'null') as Record<string, unknown>;
}

test.each([
  ['an outage', down],
  ['hostile names', hostile],
  ['long names of wide characters', wide],
  ['long names of characters that JSON escapes', quoted],
])('a topic of SNS takes the notice of %s, and a queue that has subscribed gets the change', async (_name, notice) => {
  const { TopicArn: topic = '' } = await sns.send(new CreateTopicCommand({ Name: `t-${randomUUID()}` }));
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: queue.arn }));
  const target = await targetOf({ type: 'sns', topic, url: aws.endpoint });
  await target.send(notice, contextUntil());
  const { Subject, Message, MessageAttributes } = await received();
  expect(Subject).toMatch(/^[a-z0-9][\x20-\x7e]{0,98}$/i);
  expect(v.safeParse(changeSchema, JSON.parse(String(Message))).issues).toBeUndefined();
  expect(MessageAttributes).toMatchObject({ 'Healthgate-Id': { Value: notice.id } });
});

test('a topic that does not exist is a final error which names it', async () => {
  const topic = `arn:aws:sns:${aws.region}:123456789012:nowhere`;
  const target = await targetOf({ type: 'sns', topic, url: aws.endpoint });
  const error: unknown = await target.send(down, contextUntil()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SendError);
  expect(error).toMatchObject({ isFinal: true, message: expect.stringContaining('sns topic nowhere') as unknown });
});

test('SES takes a mail of an identity that it has verified, and refuses one of another', async () => {
  await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: 'healthgate@shop.example' }));
  const item = { type: 'email', to: 'ops@shop.example', region: aws.region, url: aws.endpoint };
  const known = await targetOf({ ...item, from: 'healthgate@shop.example' });
  await known.send(down, contextUntil());
  const data = await (await fetch(aws.endpoint + SENT_MAILS)).text();
  expect(data).toContain('celery/ping is down (shop)');
  const stranger = await targetOf({ ...item, from: 'nobody@other.example' });
  const error: unknown = await stranger.send(down, contextUntil()).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    isFinal: true,
    message: expect.stringContaining('ses identity other.example') as unknown,
  });
});

test.each([
  ['ThrottlingException', 400, false],
  ['ExpiredTokenException', 403, false],
  ['RequestTimeTooSkewed', 403, false],
  ['AccessDeniedException', 403, true],
  ['BadRequestException', 400, true],
])('what AWS refuses with %s (%i) is given up at once: %s', async (code, status, isFinal) => {
  const server = await recordingServer(() => ({ status, headers: { 'x-amzn-errortype': code }, body: '{}' }));
  onTestFinished(() => server.stop());
  const item = { type: 'email', from: 'a@shop.example', to: 'b@shop.example', region: aws.region, url: server.url };
  const target = await targetOf(item);
  const error: unknown = await target.send(down, contextUntil()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SendError);
  expect(error).toMatchObject({ isFinal });
});

test('changes reach a rule of EventBridge with their source, type and detail, also if there are many', async () => {
  const name = `changes-${randomUUID()}`;
  const pattern = { source: ['healthgate'], 'detail-type': ['Healthgate Status Change'], detail: { path: ['c11'] } };
  await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
  const consequences = Array.from({ length: 1000 }, (_, index) => `group/${'x'.repeat(100)}${String(index)}`);
  const long = { ...down.change, consequences };
  const many = Array.from({ length: 12 }, (_, index) => ({ ...long, path: `c${String(index)}` }));
  await sendChanges({ namespace: 'shop', at: 0, version: 0, changes: many, notices: [] });
  const { source, detail, ...event } = await received();
  expect([source, event['detail-type']]).toEqual(['healthgate', 'Healthgate Status Change']);
  expect(v.safeParse(changeSchema, detail).issues).toBeUndefined();
  expect(JSON.stringify(detail).length).toBeLessThan(25_000);
});
