/** Calls AWS Secrets Manager, and tells every failure as a `CheckError` that names what was called. */
import { openApi } from '../../clients/aws/secrets-manager.ts';
import type { Api, Calls } from '../../clients/aws/secrets-manager-api.ts';
import { awsError } from '../../clients/aws/errors.ts';
import { ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { DocumentError } from '../../problem.ts';

export const NOT_FOUND = 'ResourceNotFoundException';
/** The error of a read if the secret is marked for deletion. For some days, it can be restored. */
export const MARKED_FOR_DELETION = 'InvalidRequestException';

interface Call<Name extends keyof Calls> {
  readonly action: Name;
  readonly input: Calls[Name][0];
  /** What the call accesses: `secret prod/postgres`. */
  readonly object: string;
  /** The names of the errors that mean that there is no such secret. */
  readonly absent?: readonly string[];
}

export interface SecretsManager {
  /** For messages: `Secrets Manager in eu-central-1`. */
  readonly target: () => Promise<string>;
  /** Undefined if there is no such secret. */
  readonly call: <Name extends keyof Calls>(
    call: Call<Name>,
    signal: AbortSignal,
  ) => Promise<Calls[Name][1] | undefined>;
}

export function secretsManager(): SecretsManager {
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
  return {
    target: async () => (await open()).target,
    async call({ action, input, object, absent }, signal) {
      const api = await open();
      try {
        return await api.call(action, input, signal);
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        if (absent?.includes(name) === true) return undefined;
        throw errorOf(error, { action, object }, api.target) ?? error;
      }
    },
  };
}

/** @throws DocumentError if the secret is not text. */
export function textOf({ SecretBinary, SecretString }: Calls['GetSecretValue'][1], object: string): string {
  if (SecretBinary !== undefined) throw new DocumentError('binary; store it as text (SecretString)');
  if (SecretString === undefined)
    throw new UnhealthyError(`${object}: the answer has no value; is the endpoint Secrets Manager?`);
  return SecretString;
}

type Refused = Pick<Call<keyof Calls>, 'action' | 'object'>;

export function errorOf(error: unknown, { action, object }: Refused, target: string): CheckError | undefined {
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
