/** AWS Secrets Manager as a vault: one secret `<prefix>/<namespace>` each; documents refer to secrets by their whole name or ARN. */
import type * as sdk from '@aws-sdk/client-secrets-manager';
import { awsError } from '../checks/aws/aws-errors.ts';
import { ConfigurationError, UnhealthyError } from '../engine/errors.ts';
import type { CheckError } from '../engine/errors.ts';
import type { Store } from './store.ts';
import { NAMESPACE } from './tokens.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const NAME = /^[\w/+=.@-]{1,512}$/;
const NAME_OR_ARN = /^[\w/+=.@:-]{1,2048}$/;
const MAX_SECRET_BYTES = 65_536;

const PAGE_SIZE = 100;
const MAX_PAGES = 100;

const NOT_FOUND = 'ResourceNotFoundException';
/** What a read answers of a secret that is marked for deletion, and can be restored for some days. */
const MARKED_FOR_DELETION = 'InvalidRequestException';

interface Call {
  /** Of the API: `GetSecretValue`. */
  readonly action: string;
  /** What it needs access to: `secret prod/postgres`. */
  readonly object: string;
  /** Names of the errors that only say that there is no such secret. */
  readonly absent?: readonly string[];
}

/**
 * @param prefix What the names of all namespaces' secrets begin with; a slash at its end may be left out.
 * @throws ConfigurationError where no secret's name can begin so.
 */
export function secretsManagerStore(prefix: string): Store {
  if (!NAME.test(prefix))
    throw new ConfigurationError('secretsmanager: a prefix consists of letters, digits and /_+=.@- only');
  const root = prefix.replace(/\/*$/, '/');

  let opening: Promise<Service> | undefined;
  const open = async (): Promise<Service> => {
    opening ??= openService();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  const call = async <T>(call: Call, work: (service: Service) => Promise<T>): Promise<T | undefined> => {
    const service = await open();
    try {
      return await work(service);
    } catch (error) {
      if (error instanceof Error && call.absent?.includes(error.name) === true) return undefined;
      throw errorOf(error, call, service.target) ?? error;
    }
  };
  const get = async (name: string, absent: readonly string[], abortSignal: AbortSignal) => {
    const object = `secret ${name}`;
    const found = await call({ action: 'GetSecretValue', object, absent }, ({ client, sdk }) =>
      client.send(new sdk.GetSecretValueCommand({ SecretId: name }), { abortSignal }),
    );
    if (found?.SecretBinary !== undefined)
      throw new ConfigurationError(`${object} is binary; store it as text (SecretString)`);
    if (found !== undefined && found.SecretString === undefined)
      throw new UnhealthyError(`${object}: the answer holds no value; is it Secrets Manager that answers?`);
    return found?.SecretString;
  };

  return {
    location: `secretsmanager:${prefix}`,
    // Who marks a namespace's secret for deletion wants the namespace to be gone, not to be answered from memory for an hour.
    read: (namespace, signal) => get(root + namespace, [NOT_FOUND, MARKED_FOR_DELETION], signal),
    async readSecret(name, signal) {
      return NAME_OR_ARN.test(name) ? get(name, [NOT_FOUND], signal) : undefined;
    },
    async list(abortSignal) {
      const names: string[] = [];
      let NextToken: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const request = { MaxResults: PAGE_SIZE, NextToken, Filters: [{ Key: 'name' as const, Values: [root] }] };
        const answer = await call({ action: 'ListSecrets', object: '*' }, ({ client, sdk }) =>
          client.send(new sdk.ListSecretsCommand(request), { abortSignal }),
        );
        for (const { Name = '' } of answer?.SecretList ?? [])
          if (Name.startsWith(root)) names.push(Name.slice(root.length));
        NextToken = answer?.NextToken;
        if (NextToken === undefined) return names.filter((name) => NAMESPACE.test(name));
      }
      const most = MAX_PAGES * PAGE_SIZE;
      throw new UnhealthyError(
        `more than ${most} secrets have names that begin with ${root}; choose a prefix of its own`,
      );
    },
    async write(namespace, text, abortSignal) {
      const name = root + namespace;
      const object = `secret ${name}`;
      if (Buffer.byteLength(text) > MAX_SECRET_BYTES)
        throw new ConfigurationError(`${object}: a document in Secrets Manager has at most ${MAX_SECRET_BYTES} bytes`);
      const put = await call({ action: 'PutSecretValue', object, absent: [NOT_FOUND] }, ({ client, sdk }) =>
        client.send(new sdk.PutSecretValueCommand({ SecretId: name, SecretString: text }), { abortSignal }),
      );
      if (put !== undefined) return;
      await call({ action: 'CreateSecret', object }, ({ client, sdk }) =>
        client.send(new sdk.CreateSecretCommand({ Name: name, SecretString: text }), { abortSignal }),
      );
    },
  };
}

interface Service {
  readonly client: sdk.SecretsManagerClient;
  readonly sdk: typeof sdk;
  /** For messages: `Secrets Manager in eu-central-1`. */
  readonly target: string;
}

async function openService(): Promise<Service> {
  const sdk = await import('@aws-sdk/client-secrets-manager');
  const client = new sdk.SecretsManagerClient({
    maxAttempts: 2,
    // The client outlives a run, its sockets must not.
    requestHandler: { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } },
  });
  try {
    return { client, sdk, target: `Secrets Manager in ${await client.config.region()}` };
  } catch {
    throw new ConfigurationError('Secrets Manager: no usable region; set AWS_REGION');
  }
}

function errorOf(error: unknown, { action, object }: Call, target: string): CheckError | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === MARKED_FOR_DELETION) return new ConfigurationError(`${object} is marked for deletion; restore it`);
  if (name === 'DecryptionFailure' || name === 'EncryptionFailure') {
    const right = name === 'DecryptionFailure' ? 'kms:Decrypt' : 'kms:GenerateDataKey and kms:Decrypt';
    return new UnhealthyError(
      `${object}: its KMS key cannot be used; is it enabled, and does its policy allow ${right}?`,
    );
  }
  const kms = action === 'ListSecrets' ? '' : ' (and the use of its KMS key, if it has one of its own)';
  return awsError(error, { target, permission: `secretsmanager:${action} on ${object}${kms}` });
}
