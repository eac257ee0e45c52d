/** The part of AWS Secrets Manager's API that Healthgate uses. */
import type * as sdk from '@aws-sdk/client-secrets-manager';

/** The input and the output of each call. */
export interface Calls {
  readonly GetSecretValue: readonly [sdk.GetSecretValueRequest, sdk.GetSecretValueResponse];
  readonly BatchGetSecretValue: readonly [sdk.BatchGetSecretValueRequest, sdk.BatchGetSecretValueResponse];
  readonly ListSecrets: readonly [sdk.ListSecretsRequest, sdk.ListSecretsResponse];
  readonly PutSecretValue: readonly [sdk.PutSecretValueRequest, sdk.PutSecretValueResponse];
  readonly CreateSecret: readonly [sdk.CreateSecretRequest, sdk.CreateSecretResponse];
}

export interface Api {
  /** For messages: `Secrets Manager in eu-central-1`. */
  readonly target: string;
  /** Rejects like the SDK: the error's `name` is the API's name for it. */
  call<Name extends keyof Calls>(name: Name, input: Calls[Name][0], signal: AbortSignal): Promise<Calls[Name][1]>;
}
