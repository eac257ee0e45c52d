/**
 * Calls AWS Secrets Manager through the SDK, or in Lambda with requests of our own, since loading the SDK takes most of
 * a cold start.
 */
import { ConfigurationError } from '../../errors.ts';
import { httpAgent, httpsAgent } from '../connecting.ts';
import type { Api } from './secrets-manager-api.ts';
import { signedApi } from './secrets-manager-signed.ts';

/** @throws ConfigurationError if there is no region. */
export async function openApi(): Promise<Api> {
  return signedApi(process.env) ?? sdkApi();
}

async function sdkApi(): Promise<Api> {
  const sdk = await import('../drivers/secrets-manager.ts');
  const agent = { keepAlive: false, stage: () => undefined };
  const client = new sdk.SecretsManagerClient({
    maxAttempts: 2,
    // The client outlives a run; its sockets must not.
    requestHandler: { httpAgent: httpAgent(agent), httpsAgent: httpsAgent(agent) },
  });
  const region = await client.config.region().catch(() => {
    throw new ConfigurationError('Secrets Manager: no usable region; set AWS_REGION');
  });
  type Command = Parameters<typeof client.send>[0];
  return {
    target: `Secrets Manager in ${region}`,
    async call(name, input, abortSignal) {
      // The SDK names its commands after the calls; `Calls` makes sure that the types fit.
      const Command = sdk[`${name}Command`] as new (input: object) => Command;
      return (await client.send(new Command(input), { abortSignal })) as never;
    },
  };
}
