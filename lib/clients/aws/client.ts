/** What the clients of AWS have in common: one attempt a call, and sockets that serve one call after the other and end with the run. */
import type { Opened } from '../../engine/connections.ts';
import { ConfigurationError } from '../../errors.ts';

/**
 * The signal of each command is its timeout.
 *
 * @param ca PEM of the certificate authority to trust instead of the public ones.
 */
export function clientSettings(region: string | undefined, ca?: string) {
  return {
    ...(region !== undefined && { region }),
    maxAttempts: 1,
    requestHandler: { httpAgent: { keepAlive: true }, httpsAgent: { keepAlive: true, ca } },
  };
}

interface AwsClient {
  readonly config: { readonly region: () => Promise<string> };
  destroy(): void;
}

/**
 * @param service As messages name it: `eventbridge`.
 * @throws ConfigurationError where there is no region, or none that could be one.
 */
export async function openAwsClient<Client extends AwsClient>(
  client: Client,
  service: string,
): Promise<Opened<Client>> {
  try {
    await client.config.region();
  } catch {
    throw new ConfigurationError(`${service}: no usable region; set region, or AWS_REGION for the whole process`);
  }
  const destroy = () => {
    client.destroy();
  };
  return {
    value: client,
    close: async () => {
      destroy();
    },
    destroy,
  };
}
