/** A CloudWatch Synthetics canary: requests the report, and turns each of its checks into a step. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { synthetics } from '@aws/synthetics-core';
import { fetchReport } from '../../lib/client.ts';
import { checksOf } from './checks.ts';

/**
 * Passes while the namespace is working or degraded. The step of a check that does not work always fails.
 *
 * @throws Error that names the failing checks, or says that there was no report.
 */
export async function handler(): Promise<void> {
  const { HEALTH_URL = '', TOKEN_SECRET = '' } = process.env;
  const { tree, verdict } = await synthetics.executeStep('report', async () =>
    fetchReport(HEALTH_URL, { token: await token(TOKEN_SECRET) }),
  );
  const failing: string[] = [];
  for (const { name, status } of checksOf(tree)) {
    const step = async () => {
      if (status !== 'working') throw new Error(status);
    };
    await synthetics.executeStep(name, step).catch(() => failing.push(name));
  }
  if (verdict === 'failing') throw new Error(`failing: ${failing.join(', ')}`);
}

async function token(secret: string): Promise<string> {
  const { SecretString = '' } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: secret }));
  return SecretString.trim();
}
