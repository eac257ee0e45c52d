/** Handles the messages that Lambda brings from a queue. Those that fail come again, and the others do not. */
import { oneLine } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Queue } from './queue.ts';

/** A message as its handler gets it. */
export interface Received {
  readonly body: string;
  /** How often it was received, with this time. */
  readonly receives: number;
}

/** Thrown by a handler to have the message come again after some time. */
export class Later extends Error {
  override readonly name = 'Later';
  readonly seconds: number;

  constructor(seconds: number, options?: ErrorOptions) {
    super(`again in ${seconds} s`, options);
    this.seconds = seconds;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting */
export interface Handled {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface Consumer {
  readonly queue: Pick<Queue, 'postpone'>;
  readonly log: Log;
  readonly handle: (message: Received) => Promise<void>;
  /** Called when all messages are handled. Lambda stops the process after the answer. */
  readonly settle?: (() => Promise<void>) | undefined;
}

/** Seconds until a message comes again whose handler says nothing else: some more each time. */
const PAUSE_S = 5;

/** What Lambda calls. It never rejects: then all messages would come again, also those that were handled. */
export function consumer({ queue, log, handle, settle }: Consumer): (event: unknown) => Promise<Handled> {
  const handled = async (record: SqsRecord): Promise<readonly string[]> => {
    const receives = Number(record.attributes?.ApproximateReceiveCount ?? 1);
    try {
      await handle({ body: record.body, receives });
      return [];
    } catch (error) {
      const isForeseen = error instanceof Later;
      if (!isForeseen) log.error('a message could not be handled', { error, receives, body: oneLine(record.body) });
      await postpone(record, isForeseen ? error.seconds : PAUSE_S * receives);
      return [record.messageId];
    }
  };
  // Without it, the message comes again all the same, but only when its visibility timeout is over.
  const postpone = async ({ receiptHandle }: SqsRecord, seconds: number): Promise<void> => {
    await queue.postpone(receiptHandle, seconds).catch((error: unknown) => {
      log.warn('a message could not be postponed', { error });
    });
  };
  return async (event) => {
    const { Records = [] } = Object(event) as { readonly Records?: readonly SqsRecord[] };
    const failed = await Promise.all(Records.map(handled));
    await settle?.();
    return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}
