/** The calls that the checks make to SQS, and what its answers mean. */
import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { answered } from '../../engine/connections.ts';
import type { CheckContext } from '../../engine/types.ts';
import { UnhealthyError } from '../../errors.ts';
import { drivers } from '../drivers/index.ts';
import type { TlsKeys } from '../tls.ts';
import { clientSettings, openAwsClient } from './client.ts';
import { awsError } from './errors.ts';

/** Which SQS it is. */
export interface SqsConfig extends TlsKeys {
  /** The process's own unless given. */
  readonly region: string | undefined;
  /** URL of another service than AWS's own. */
  readonly endpoint: string | undefined;
  /** Host and port of that endpoint, for messages. */
  readonly place: string | undefined;
  /** The process's own unless given. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** How many messages a queue has, about: SQS counts on many servers. */
export interface QueueCounts {
  /** Those that nobody has taken yet. */
  readonly waiting: number;
  /** Those that somebody has taken and not deleted yet. */
  readonly taken: number;
}

export interface SqsMessage {
  readonly body: string;
  /** Unique. In a FIFO queue, messages of one group wait for each other. */
  readonly id: string;
}

/** Each method throws a `CheckError` if the cause is known. */
export interface Sqs {
  /** Identifies it. Never shown. */
  readonly key: string;
  /** Undefined if there is no such queue. */
  count(queue: string, signal: AbortSignal): Promise<QueueCounts | undefined>;
  send(queue: string, message: SqsMessage, signal: AbortSignal): Promise<void>;
}

type Context = Pick<CheckContext, 'share' | 'stage'>;

const FIFO = '.fifo';
/** Longer than the URL of any queue: a name has 80 characters at most. */
const MAX_URL_LENGTH = 1000;

const COUNTS = {
  waiting: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesDelayed'],
  taken: ['ApproximateNumberOfMessagesNotVisible'],
} as const;

/** Opens one client per run and configuration. */
export async function openSqs(config: SqsConfig, context: Context): Promise<Sqs> {
  const { region, endpoint, place, ca, cert, key: privateKey, credentials } = config;
  const sdk = await drivers.sqs();
  const key = JSON.stringify(['sqs', region, endpoint, ca, cert, credentials]);
  const client = await context.share(key, () => {
    const settings = {
      ...clientSettings({ region, ca, cert, key: privateKey, stage: context.stage }),
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials !== undefined && { credentials }),
      // Otherwise the server's answer would decide which host gets the next signed request.
      useQueueUrlAsEndpoint: false,
      // TLS already protects the message, and the error for a wrong sum has no name.
      md5: false as const,
    };
    return openAwsClient(new sdk.SQSClient(settings), 'sqs');
  });
  const urls = await context.share(JSON.stringify(['urls of queues', key]), async () =>
    answered(new Map<string, string>()),
  );
  const targetOf = (queue: string) => `sqs queue ${queue}${place === undefined ? '' : ` at ${place}`}`;
  const call = async <T>(queue: string, action: string, work: () => Promise<T>): Promise<T> => {
    context.stage(action, `during ${action}`);
    try {
      return await work();
    } catch (error) {
      const service = place === undefined ? { service: 'SQS' } : {};
      throw awsError(error, { target: targetOf(queue), permission: `${action} on it`, ...service }) ?? error;
    }
  };
  const unlike = (queue: string) =>
    new UnhealthyError(`${targetOf(queue)} did not answer like SQS; is the endpoint right?`);
  /** Undefined if there is no such queue. */
  const urlOf = async (queue: string, abortSignal: AbortSignal): Promise<string | undefined> => {
    const known = urls.get(queue);
    if (known !== undefined) return known;
    const url = await call(queue, 'sqs:GetQueueUrl', () =>
      unlessMissing(client.send(new sdk.GetQueueUrlCommand({ QueueName: queue }), { abortSignal })),
    );
    if (url === undefined) return undefined;
    if (!isText(url.QueueUrl)) throw unlike(queue);
    urls.set(queue, url.QueueUrl);
    return url.QueueUrl;
  };
  return {
    key,
    count: async (queue, abortSignal) => {
      const QueueUrl = await urlOf(queue, abortSignal);
      if (QueueUrl === undefined) return undefined;
      const found = await call(queue, 'sqs:GetQueueAttributes', () => {
        const AttributeNames = [...COUNTS.waiting, ...COUNTS.taken];
        const command = new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames });
        return unlessMissing(client.send(command, { abortSignal }));
      });
      if (found === undefined) return undefined;
      const sum = (names: readonly QueueAttributeName[]) =>
        names.reduce((total, name) => total + numberIn(found.Attributes?.[name]), 0);
      const counts = { waiting: sum(COUNTS.waiting), taken: sum(COUNTS.taken) };
      if (!Object.values(counts).every(Number.isSafeInteger)) throw unlike(queue);
      return counts;
    },
    send: async (queue, { body, id }, abortSignal) => {
      const QueueUrl = await urlOf(queue, abortSignal);
      // A group of its own: nothing else in the queue waits until it is done.
      const order = queue.endsWith(FIFO) ? { MessageGroupId: id, MessageDeduplicationId: id } : {};
      const { MessageId } = await call(queue, 'sqs:SendMessage', () =>
        client.send(new sdk.SendMessageCommand({ QueueUrl, MessageBody: body, ...order }), { abortSignal }),
      );
      if (!isText(MessageId)) throw unlike(queue);
    },
  };
}

/** The second is the name in the older protocol, which services other than AWS speak. */
const NO_QUEUE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && NO_QUEUE.includes(error.name)) return undefined;
    throw error;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_URL_LENGTH;
}

/** Not a number unless it is digits: a missing attribute does not count as 0. */
function numberIn(text: unknown): number {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}
