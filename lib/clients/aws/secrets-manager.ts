/** Calls of AWS Secrets Manager: by the SDK, or in Lambda by requests of our own, since loading the SDK is most of a cold start. */
import type * as sdk from '@aws-sdk/client-secrets-manager';
import { ConfigurationError } from '../../errors.ts';
import { signedApi } from './secrets-manager-signed.ts';

/** What is called, what it takes and what it answers. */
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
  /** Rejects as the SDK does: the error's `name` is that of the API. */
  call<Name extends keyof Calls>(name: Name, input: Calls[Name][0], signal: AbortSignal): Promise<Calls[Name][1]>;
}

/** @throws ConfigurationError where there is no region. */
export async function openApi(): Promise<Api> {
  return signedApi(process.env) ?? sdkApi();
}

async function sdkApi(): Promise<Api> {
  const sdk = await import('../drivers/secrets-manager.ts');
  const client = new sdk.SecretsManagerClient({
    maxAttempts: 2,
    // The client outlives a run, its sockets must not.
    requestHandler: { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } },
  });
  const region = await client.config.region().catch(() => {
    throw new ConfigurationError('Secrets Manager: no usable region; set AWS_REGION');
  });
  type Command = Parameters<typeof client.send>[0];
  return {
    target: `Secrets Manager in ${region}`,
    async call(name, input, abortSignal) {
      // The SDK names its commands after the calls; that the types fit is what `Calls` says.
      const Command = sdk[`${name}Command`] as new (input: object) => Command;
      return (await client.send(new Command(input), { abortSignal })) as never;
    },
  };
}
