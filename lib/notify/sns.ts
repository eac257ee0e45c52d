/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
import * as v from 'valibot';
import { drivers } from '../clients/drivers/index.ts';
import { describe } from '../clients/keys.ts';
import { serverRoot } from '../clients/http/rest.ts';
import type { Notice } from '../history/notices.ts';
import { callAws } from './aws.ts';
import { defineTarget } from './target.ts';
import { asciiLine, shortChange, wordsFor } from './wording.ts';

/** `arn:partition:sns:region:account:name`. */
const TOPIC = /^arn:[\w-]+:sns:(?<region>[\w-]+):\d{12}:[\w-]{1,256}(?:\.fifo)?$/;
/** Characters of a subject, all of them ASCII. */
const MAX_SUBJECT = 99;
/** Bytes of the change in a message, which has it five times, and may have 256 KiB with its words and attributes. */
const MAX_CHANGE = 40_000;

export const sns = defineTarget({
  type: 'sns',
  tells: 'Publishes to a topic of Amazon SNS: words for people, the change as JSON for programs.',
  repeats:
    'A notice that is sent twice is published twice, with the same attribute Healthgate-Id. ' +
    'A topic that ends in .fifo drops the second one within five minutes.',
  keys: {
    topic: describe(
      v.pipe(v.string(), v.regex(TOPIC, 'expected the ARN of a topic')),
      'ARN of the topic.',
      'arn:aws:sns:eu-central-1:123456789012:outages',
    ),
    url: v.optional(
      describe(serverRoot(), "Base URL of another service than AWS's own.", 'https://sns.eu-central-1.amazonaws.com'),
    ),
  },
  async send(notice, { topic, url }, sending) {
    const sdk = await drivers.sns();
    const target = `sns topic ${topic.slice(topic.lastIndexOf(':') + 1)}`;
    const region = TOPIC.exec(topic)?.groups?.region;
    const endpoint = url === undefined ? {} : { endpoint: url };
    const aws = {
      target,
      permission: 'sns:Publish on it',
      service: 'SNS',
      region,
      stage: sending.stage,
      now: () => sending.now(),
      open: (settings: object) => new sdk.SNSClient({ ...settings, ...endpoint }),
    };
    const command = new sdk.PublishCommand({ TopicArn: topic, ...messageOf(notice, topic.endsWith('.fifo')) });
    await callAws(aws, (client) => client.send(command, { abortSignal: sending.signal }));
  },
});

function messageOf(notice: Notice, isFifo: boolean) {
  const { id, change } = notice;
  const { title, text } = wordsFor(notice);
  const json = JSON.stringify(shortChange(change, MAX_CHANGE));
  const byProtocol = { default: text, sms: title, sqs: json, lambda: json, http: json, https: json, firehose: json };
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    Subject: asciiLine(title, MAX_SUBJECT),
    MessageStructure: 'json',
    Message: JSON.stringify(byProtocol),
    MessageAttributes: {
      'Healthgate-Id': attribute(id),
      namespace: attribute(change.namespace),
      to: attribute(change.to),
    },
    ...(isFifo && { MessageGroupId: change.outage, MessageDeduplicationId: id }),
  };
}
