/** Looks at a queue of SQS in the emulator, which counts exactly. */
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';

export interface QueueOnSqs {
  readonly url: () => Promise<string>;
  /** How many messages wait, and how many workers have taken and not deleted. */
  readonly counts: () => Promise<{ readonly waiting: number; readonly taken: number }>;
}

/** @param name The name that the queue has in SQS. */
export function queueOnSqs(sqs: SQSClient, name: string): QueueOnSqs {
  const url = async () => (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
  const counts = async () => {
    const command = new GetQueueAttributesCommand({ QueueUrl: await url(), AttributeNames: ['All'] });
    const { Attributes = {} } = await sqs.send(command);
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesDelayed),
      taken: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  };
  return { url, counts };
}
