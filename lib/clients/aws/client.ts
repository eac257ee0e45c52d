/** What the AWS clients have in common: one attempt per call, and sockets that are reused until the run ends. */
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { ConfigurationError } from '../../errors.ts';
import { httpAgent, httpsAgent } from '../connecting.ts';
import type { TlsKeys } from '../tls.ts';

interface ClientOptions extends TlsKeys {
  /** The process's own unless given. */
  readonly region: string | undefined;
  readonly stage: BeginStage;
}

/** No timeouts: the signal of each command ends it. */
export function clientSettings({ region, ca, cert, key, stage }: ClientOptions) {
  const agent = { keepAlive: true, ca, cert, key, stage };
  return {
    ...(region !== undefined && { region }),
    maxAttempts: 1,
    requestHandler: { httpAgent: httpAgent(agent), httpsAgent: httpsAgent(agent) },
  };
}

interface AwsClient {
  readonly config: { readonly region: () => Promise<string> };
  destroy(): void;
}

/**
 * @param service The name for messages: `eventbridge`.
 * @throws ConfigurationError if there is no region, or an invalid one.
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
