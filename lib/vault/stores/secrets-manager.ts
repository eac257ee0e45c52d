/**
 * AWS Secrets Manager as a vault: one secret `<prefix>/<namespace>` each. Documents refer to secrets by their full name
 * or ARN.
 */
import { awsError } from '../../clients/aws/errors.ts';
import { ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { DocumentError } from '../../problem.ts';
import { openApi } from '../../clients/aws/secrets-manager.ts';
import { concurrently } from '../concurrently.ts';
import type { Api, Calls } from '../../clients/aws/secrets-manager-api.ts';
import type { Store } from './store.ts';
import { NAMESPACE } from '../../document/tokens.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const NAME = /^[\w/+=.@-]{1,512}$/;
const NAME_OR_ARN = /^[\w/+=.@:-]{1,2048}$/;
const MAX_SECRET_BYTES = 65_536;

/**
 * Secrets that AWS returns in one call:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
const BATCH_SIZE = 20;
/** AWS allows a hundred such calls a second. */
const BATCHES_AT_A_TIME = 5;

const PAGE_SIZE = 100;
const MAX_PAGES = 100;

const NOT_FOUND = 'ResourceNotFoundException';
/** The error of a read if the secret is marked for deletion. For some days, it can be restored. */
const MARKED_FOR_DELETION = 'InvalidRequestException';

interface Call<Name extends keyof Calls> {
  readonly action: Name;
  readonly input: Calls[Name][0];
  /** What the call accesses: `secret prod/postgres`. */
  readonly object: string;
  /** The names of the errors that mean that there is no such secret. */
  readonly absent?: readonly string[];
}

/**
 * @param prefix The prefix of the secrets of all namespaces; a slash at its end may be left out.
 * @throws ConfigurationError if no secret's name can begin with it.
 */
export function secretsManagerStore(prefix: string): Store {
  if (!NAME.test(prefix))
    throw new ConfigurationError('secretsmanager: a prefix may contain only letters, digits and /_+=.@-');
  const root = prefix.replace(/\/*$/, '/');

  let opening: Promise<Api> | undefined;
  const open = async (): Promise<Api> => {
    opening ??= openApi();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  const call = async <Name extends keyof Calls>(
    { action, input, object, absent }: Call<Name>,
    signal: AbortSignal,
  ): Promise<Calls[Name][1] | undefined> => {
    const api = await open();
    try {
      return await api.call(action, input, signal);
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (absent?.includes(name) === true) return undefined;
      throw errorOf(error, { action, object }, api.target) ?? error;
    }
  };
  const get = async (name: string, absent: readonly string[], signal: AbortSignal) => {
    const object = `secret ${name}`;
    const found = await call({ action: 'GetSecretValue', input: { SecretId: name }, object, absent }, signal);
    return found && textOf(found, object);
  };

  const readBatch = async (SecretIdList: string[], signal: AbortSignal) => {
    const { target } = await open();
    // If AWS neither returns a secret nor reports an error for it, it must not count as missing.
    const unanswered = (id: string) => new UnhealthyError(`${target} returned neither secret ${id} nor a reason`);
    const read = new Map<string, string | Error>(SecretIdList.map((id) => [id, unanswered(id)]));
    let NextToken: string | undefined;
    for (let page = 0; page < SecretIdList.length; page++) {
      const input = { SecretIdList, NextToken };
      const answer = await call({ action: 'BatchGetSecretValue', input, object: '*' }, signal);
      for (const value of answer?.SecretValues ?? []) read.set(value.Name ?? '', textOrError(value));
      for (const { SecretId = '', ErrorCode = '' } of answer?.Errors ?? []) {
        const error = Object.assign(new Error(ErrorCode), { name: ErrorCode });
        const refused = { action: 'GetSecretValue', object: `secret ${SecretId}` } as const;
        if (ErrorCode === NOT_FOUND || ErrorCode === MARKED_FOR_DELETION) read.delete(SecretId);
        else read.set(SecretId, errorOf(error, refused, target) ?? error);
      }
      NextToken = answer?.NextToken;
      if (NextToken === undefined) break;
    }
    return read;
  };

  return {
    isRemote: true,
    location: `secretsmanager:${prefix}`,
    // A namespace whose secret is marked for deletion must disappear, and not be served from memory for an hour.
    read: (namespace, signal) => get(root + namespace, [NOT_FOUND, MARKED_FOR_DELETION], signal),
    async readMany(namespaces, signal) {
      const read = new Map<string, string | Error>();
      const batches = batchesOf(namespaces.map((namespace) => root + namespace));
      await concurrently(batches, BATCHES_AT_A_TIME, signal, async (ids) => {
        for (const [id, value] of await readBatch(ids, signal)) read.set(id.slice(root.length), value);
      });
      return read;
    },
    async readSecret(name, signal) {
      if (!NAME_OR_ARN.test(name)) return undefined;
      try {
        return await get(name, [NOT_FOUND], signal);
      } catch (error) {
        throw error instanceof DocumentError ? new ConfigurationError(`secret ${name} is ${error.message}`) : error;
      }
    },
    async list(signal) {
      const names: string[] = [];
      let NextToken: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const input = { MaxResults: PAGE_SIZE, NextToken, Filters: [{ Key: 'name' as const, Values: [root] }] };
        const answer = await call({ action: 'ListSecrets', input, object: '*' }, signal);
        for (const { Name = '' } of answer?.SecretList ?? [])
          if (Name.startsWith(root)) names.push(Name.slice(root.length));
        NextToken = answer?.NextToken;
        if (NextToken === undefined) return names.filter((name) => NAMESPACE.test(name));
      }
      const most = MAX_PAGES * PAGE_SIZE;
      throw new UnhealthyError(
        `more than ${most} secrets have names that begin with ${root}; choose a prefix that only namespaces have`,
      );
    },
    async write(namespace, text, signal) {
      const name = root + namespace;
      const object = `secret ${name}`;
      if (Buffer.byteLength(text) > MAX_SECRET_BYTES)
        throw new ConfigurationError(
          `${object}: a document in Secrets Manager may have at most ${MAX_SECRET_BYTES} bytes`,
        );
      const value = { SecretId: name, SecretString: text };
      const put = await call({ action: 'PutSecretValue', input: value, object, absent: [NOT_FOUND] }, signal);
      if (put !== undefined) return;
      await call({ action: 'CreateSecret', input: { Name: name, SecretString: text }, object }, signal);
    },
  };
}

/** @throws DocumentError if the secret is not text. */
function textOf({ SecretBinary, SecretString }: Calls['GetSecretValue'][1], object: string): string {
  if (SecretBinary !== undefined) throw new DocumentError('binary; store it as text (SecretString)');
  if (SecretString === undefined)
    throw new UnhealthyError(`${object}: the answer has no value; is the endpoint Secrets Manager?`);
  return SecretString;
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

type Refused = Pick<Call<keyof Calls>, 'action' | 'object'>;

function errorOf(error: unknown, { action, object }: Refused, target: string): CheckError | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === MARKED_FOR_DELETION) return new ConfigurationError(`${object} is marked for deletion; restore it`);
  if (name === 'DecryptionFailure' || name === 'EncryptionFailure') {
    const right = name === 'DecryptionFailure' ? 'kms:Decrypt' : 'kms:GenerateDataKey and kms:Decrypt';
    return new UnhealthyError(
      `${object}: its KMS key cannot be used; is it enabled, and does its policy allow ${right}?`,
    );
  }
  const kms = object === '*' ? '' : ' (and the use of its KMS key, if it has one of its own)';
  return awsError(error, { target, permission: `secretsmanager:${action} on ${object}${kms}` });
}
