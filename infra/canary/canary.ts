/** A CloudWatch Synthetics canary: requests the report, and turns each of its checks into a step. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { synthetics } from '@aws/synthetics-core';
import { checksOf } from './checks.ts';

const TIMEOUT_MS = 31_000;

/**
 * Passes while the namespace is working or degraded. The step of a check that does not work always fails.
 *
 * @throws Error that names the failing checks, or says that there was no report.
 */
export async function handler(): Promise<void> {
  const { HEALTH_URL = '', TOKEN_SECRET = '' } = process.env;
  const { tree, verdict } = await synthetics.executeStep('report', async () =>
    ask(HEALTH_URL, await token(TOKEN_SECRET)),
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

/** Sends the token in a header, because servers on the way log URLs. */
async function ask(url: string, token: string): Promise<{ tree: unknown; verdict: string }> {
  const answer = await fetch(url, {
    headers: { authorization: 'Bearer ' + token, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const verdict = answer.headers.get('x-health-status');
  if (verdict === null) throw new Error(`no report: ${url} answered ${answer.status}`);
  return { tree: await answer.json(), verdict };
}
