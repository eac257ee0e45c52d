/** A queue of SQS, as the functions use it. Unlike what checks use, it tries again by itself. */
import { drivers } from '../clients/drivers/index.ts';
import { concurrently } from '../vault/concurrently.ts';

export interface Message {
  readonly body: string;
  /** For a FIFO queue: messages of one group keep their order, and one with the same id is taken only once. */
  readonly order?: { readonly group: string; readonly id: string };
}

export interface Queue {
  /** @throws Error if some of the messages were not taken. */
  send(messages: readonly Message[], signal?: AbortSignal): Promise<void>;
  /** Has a message that was received come again after so many seconds. */
  postpone(receipt: string, seconds: number): Promise<void>;
}

/** Messages in one call, and their bytes together: the limits of SQS, with some room for what belongs to each. */
const MAX_BATCH = 10;
const MAX_BATCH_BYTES = 256_000;
const CALLS_AT_A_TIME = 8;
/** Attempts for messages that SQS refuses within a call that it takes. */
const ATTEMPTS = 3;
/** The longest that SQS hides a message. */
const MAX_SECONDS = 43_200;

/** @param url The URL of the queue. */
export async function openQueue(url: string): Promise<Queue> {
  const sdk = await drivers.sqs();
  // Otherwise the URL would decide where requests go, and no endpoint could be set.
  const client = new sdk.SQSClient({ useQueueUrlAsEndpoint: false });
  const sendOnce = async (messages: readonly Message[], abortSignal?: AbortSignal): Promise<readonly Message[]> => {
    const Entries = messages.map(({ body, order }, index) => ({
      Id: String(index),
      MessageBody: body,
      ...(order && { MessageGroupId: order.group, MessageDeduplicationId: order.id }),
    }));
    const command = new sdk.SendMessageBatchCommand({ QueueUrl: url, Entries });
    const { Failed = [] } = await client.send(command, abortSignal && { abortSignal });
    return Failed.flatMap(({ Id }) => messages[Number(Id)] ?? []);
  };
  return {
    async send(messages, signal = new AbortController().signal) {
      const refused: Message[] = [];
      // Messages of one group must arrive in their order.
      const isOrdered = messages.some(({ order }) => order !== undefined);
      await concurrently(batches(messages), isOrdered ? 1 : CALLS_AT_A_TIME, signal, async (batch) => {
        let left = batch;
        for (let attempt = 0; attempt < ATTEMPTS && left.length > 0; attempt += 1) left = await sendOnce(left, signal);
        refused.push(...left);
      });
      if (refused.length > 0) throw new Error(`SQS did not take ${refused.length} of ${messages.length} messages`);
    },
    async postpone(receipt, seconds) {
      const VisibilityTimeout = Math.min(MAX_SECONDS, Math.max(0, Math.ceil(seconds)));
      const command = new sdk.ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout,
      });
      await client.send(command);
    },
  };
}

/** As few batches as SQS allows, in the order of the messages. */
export function batches(messages: readonly Message[]): readonly (readonly Message[])[] {
  const all: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    const last = all.at(-1);
    if (last === undefined || last.length === MAX_BATCH || bytes + size > MAX_BATCH_BYTES) {
      all.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return all;
}
