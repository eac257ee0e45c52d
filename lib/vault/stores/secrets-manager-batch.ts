/** Reads many secrets with few calls. */
import type { Calls } from '../../clients/aws/secrets-manager-api.ts';
import { UnhealthyError } from '../../errors.ts';
import { DocumentError } from '../../problem.ts';
import { concurrently } from '../concurrently.ts';
import { errorOf, textOf } from './secrets-manager-calls.ts';
import type { SecretsManager } from './secrets-manager-calls.ts';

/**
 * Secrets that AWS returns in one call:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
const BATCH_SIZE = 20;
/** AWS allows a hundred such calls a second. */
const BATCHES_AT_A_TIME = 5;

/**
 * The statuses with which a secret that is read alone is refused, where that is not 400:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
 */
const STATUSES = new Map([
  ['InternalFailure', 500],
  ['InternalServiceError', 500],
  ['ServiceUnavailable', 503],
]);

/** The names of the errors that mean that there is no secret with this name. */
type Absent = (id: string) => readonly string[];

/**
 * @param ids Names of secrets.
 * @returns The text of each secret, or why it cannot be read. What is absent is left out.
 * @throws CheckError if a call is refused as a whole.
 */
export async function readBatches(
  api: SecretsManager,
  ids: readonly string[],
  absent: Absent,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string | Error>> {
  const read = new Map<string, string | Error>();
  await concurrently(batchesOf(ids), BATCHES_AT_A_TIME, signal, async (batch) => {
    for (const [id, value] of await readBatch(api, batch, absent, signal)) read.set(id, value);
  });
  return read;
}

async function readBatch(api: SecretsManager, SecretIdList: string[], absent: Absent, signal: AbortSignal) {
  const target = await api.target();
  // If AWS neither returns a secret nor reports an error for it, it must not count as missing.
  const unanswered = (id: string) => new UnhealthyError(`${target} returned neither secret ${id} nor a reason`);
  const read = new Map<string, string | Error>(SecretIdList.map((id) => [id, unanswered(id)]));
  let NextToken: string | undefined;
  for (let page = 0; page < SecretIdList.length; page++) {
    const input = { SecretIdList, NextToken };
    const answer = await api.call({ action: 'BatchGetSecretValue', input, object: '*' }, signal);
    for (const value of answer?.SecretValues ?? []) read.set(value.Name ?? '', textOrError(value));
    for (const { SecretId = '', ErrorCode = '', Message } of answer?.Errors ?? []) {
      const $metadata = { httpStatusCode: STATUSES.get(ErrorCode) ?? 400 };
      const error = Object.assign(new Error(Message), { name: ErrorCode, $metadata });
      const refused = { action: 'GetSecretValue', object: `secret ${SecretId}` } as const;
      if (absent(SecretId).includes(ErrorCode)) read.delete(SecretId);
      else read.set(SecretId, errorOf(error, refused, target) ?? error);
    }
    NextToken = answer?.NextToken;
    if (NextToken === undefined) break;
  }
  return read;
}

function textOrError(value: Calls['GetSecretValue'][1]): string | Error {
  try {
    return textOf(value, `secret ${value.Name ?? ''}`);
  } catch (error) {
    if (error instanceof DocumentError) return error;
    throw error;
  }
}

function batchesOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / BATCH_SIZE) }, (_, index) =>
    ids.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
}
