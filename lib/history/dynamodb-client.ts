/** Calls DynamoDB: bounded in time, tried again while it throttles, with errors that an operator understands. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings, openAwsClient } from '../clients/aws/client.ts';
import { awsError } from '../clients/aws/errors.ts';
import { drivers } from '../clients/drivers/index.ts';
import { seconds, TimeoutError } from '../errors.ts';

/** Attempts of a call that is throttled, or fails for a moment. The SDK waits between them. */
export const ATTEMPTS = 4;
/** Milliseconds for a call, with all its attempts. */
const TIMEOUT_MS = 10_000;
/** What DynamoDB gives as a reason for a transaction that it did not make, where it was too busy. */
const THROTTLED = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded']);
/** The same, where a condition is not met or others write the same items. */
const IN_CONFLICT = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

interface SendOptions {
  readonly abortSignal: AbortSignal;
}

export interface Dynamo {
  readonly sdk: Awaited<ReturnType<typeof drivers.dynamodb>>;
  readonly client: DynamoDBClient;
  /** For messages: `DynamoDB table healthgate`. */
  readonly location: string;
  /** @param action The call, for messages: `Query`. */
  readonly call: <T>(action: string, send: (options: SendOptions) => Promise<T>) => Promise<T>;
}

/** @throws ConfigurationError if there is no region. */
export async function openDynamo(table: string): Promise<Dynamo> {
  const sdk = await drivers.dynamodb();
  const settings = clientSettings({ region: undefined, stage: () => undefined });
  const client = new sdk.DynamoDBClient({ ...settings, maxAttempts: ATTEMPTS });
  retryThrottledTransactions(client);
  await openAwsClient(client, 'dynamodb');
  const location = `DynamoDB table ${table}`;
  return {
    sdk,
    client,
    location,
    async call(action, send) {
      const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
      try {
        return await send({ abortSignal });
      } catch (error) {
        if (abortSignal.aborted) throw new TimeoutError(`${location}: no answer within ${seconds(TIMEOUT_MS)} s`);
        const permission = `dynamodb:${action} on it`;
        throw awsError(error, { target: location, permission, service: 'DYNAMODB' }) ?? error;
      }
    },
  };
}

/** The SDK knows a throttled call by its name, but a transaction that was throttled has another one. */
function retryThrottledTransactions({ middlewareStack }: DynamoDBClient): void {
  middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        if (reasonsOf(error).some((reason) => THROTTLED.has(reason)))
          Object.assign(error as Error, { name: 'ThrottlingException' });
        throw error;
      }
    },
    { name: 'retryThrottledTransactions', step: 'deserialize', priority: 'high' },
  );
}

/** Whether a transaction was not made because of what is there, or because others write the same. */
export function isConflict(error: unknown): boolean {
  return reasonsOf(error).some((reason) => IN_CONFLICT.has(reason));
}

function reasonsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return [];
  const { CancellationReasons = [] } = error as { CancellationReasons?: readonly { readonly Code?: string }[] };
  return CancellationReasons.map(({ Code = '' }) => Code);
}
