/**
 * What a report says while Secrets Manager is in trouble: the `vault` check names the trouble and what to do.
 * Everything else is reported as usual, from what was read before. A proxy gives the answers that moto never gives.
 */
import { DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createApp } from '../../lib/http/app.ts';
import type { Response } from '../../lib/http/messages.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { awsFailure, awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy, Instead } from '../support/aws-proxy.ts';
import { collectedLog } from '../support/collected-log.ts';
import { transports } from '../support/transports.ts';

const { aws, redis } = inject('stack');
const environment = motoEnvironment(aws);
const MINUTE = 60_000;

describe.each(transports)('the vault check, calling Secrets Manager %s', (_transport, more) => {
  let proxy: AwsProxy;
  let now: number;
  let lines: string[];
  let secret: string;
  let token: string;
  let ask: () => Promise<Response>;
  const admin = new SecretsManagerClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY },
  });

  beforeEach(async () => {
    proxy = await awsProxy(aws.endpoint);
    for (const [name, value] of Object.entries({ ...environment, ...more })) vi.stubEnv(name, value);
    vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
    const prefix = `faults-${randomUUID()}`;
    const store = secretsManagerStore(prefix);
    secret = `${prefix}/prod`;
    token = createToken('prod');
    const checks = {
      vault: { kind: 'secrets_manager', timeout: 3 },
      elsewhere: { kind: 'secrets_manager', secret: `${prefix}-in-another-region`, critical: false },
      cache: { kind: 'redis', url: redis.url },
    };
    const document = { access_tokens: [token], max_age: 0, checks };
    await store.write('prod', JSON.stringify(document), AbortSignal.timeout(5000));
    const collected = collectedLog();
    lines = collected.lines;
    now = Date.now();
    const app = createApp({ vault: new Vault(store, collected.log, { now: () => now }), log: collected.log });
    ask = () => app({ method: 'GET', path: `/api/health/${token}/`, query: new URLSearchParams(), headers: {} });
    expect(await ask()).toMatchObject({ status: 200, headers: { 'x-health-status': 'degraded' } });
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await proxy.stop();
  });

  /** The status of the check `vault`, in a report that still has every check. */
  const vaultStatus = async (): Promise<string> => {
    const { status, body } = await ask();
    const report = JSON.parse(body) as Record<string, { status: string }>;
    expect(Object.keys(report)).toEqual(['vault', 'elsewhere', 'cache']);
    expect({ status, cache: report.cache }).toMatchObject({ status: 503, cache: { status: 'working' } });
    return report.vault?.status ?? '';
  };

  test.each<[string, Instead, RegExp]>([
    ['hangs up', 'hang up', /^ConnectionError: connection (?:reset|closed) by Secrets Manager in /],
    ['is too slow', 'never answer', /^TimeoutError: no answer within 3 s from the namespace's secret/],
    ['throttles', awsFailure('ThrottlingException'), /^UnhealthyError: .* throttled the call: too many requests/],
    [
      'denies access',
      awsFailure('AccessDeniedException'),
      /^AuthError: .* grant secretsmanager:GetSecretValue on secret .*\/prod \(and the use of its KMS key/,
    ],
    [
      'cannot decrypt',
      awsFailure('DecryptionFailure'),
      /^UnhealthyError: .* KMS key .* is it enabled, .* kms:Decrypt\?/,
    ],
    ['finds the credentials expired', awsFailure('ExpiredTokenException'), /^AuthError: .* have expired; renew them/],
    ['finds the credentials invalid', awsFailure('UnrecognizedClientException'), /^AuthError: .* unknown access key/],
    ['has an internal error', awsFailure('InternalServiceError', 500), /^UnhealthyError: .* answered 500/],
    ['is an HTML page', { status: 200, body: '<html>secret</html>' }, /^UnhealthyError: .* is the endpoint right\?/],
  ])('names the trouble when Secrets Manager %s', async (_name, instead, said) => {
    proxy.instead = { all: instead };
    expect(await vaultStatus()).toMatch(said);
    // The document is kept for a minute. After that it could not be read again, and the status says so.
    now += 7 * MINUTE;
    if (instead !== 'never answer') expect(await vaultStatus()).toMatch(/; the version read 7 min ago is in use$/);
    proxy.instead = {};
    now += MINUTE;
    expect(await ask()).toMatchObject({ status: 200, headers: { 'x-health-status': 'degraded' } });
    expect(lines.join()).not.toContain('<html>');
    expect(lines.join()).not.toContain(token);
  });

  test('names the trouble when Secrets Manager is down', async () => {
    await proxy.stop();
    expect(await vaultStatus()).toMatch(/^ConnectionError: connection refused by Secrets Manager in /);
  });

  test('names the trouble when the secret no longer exists', async () => {
    await admin.send(new DeleteSecretCommand({ SecretId: secret, ForceDeleteWithoutRecovery: true }));
    expect(await vaultStatus()).toMatch(/^UnhealthyError: vault .* has no secret prod; create or restore it there$/);
    now += MINUTE;
    expect((await ask()).status).toBe(405);
  });

  test('names the trouble when the secret exists only in another region', async () => {
    const { body } = await ask();
    expect(JSON.parse(body)).toMatchObject({
      elsewhere: { status: expect.stringContaining('UnhealthyError: vault secretsmanager:') as string },
    });
  });

  test.each([
    [
      'not JSON',
      { SecretString: '{"access_tokens": [hunter2' },
      /unusable document \S+: not valid JSON: .* \(line 1, column \d+\); /,
    ],
    [
      'not a document',
      { SecretString: '{"access_tokens": ["hunter2-is-a-token"]}' },
      /unusable document \S+: checks: missing; /,
    ],
    [
      'binary',
      { SecretBinary: Buffer.from([0, 255]) },
      /unusable document \S+: binary; store it as text \(SecretString\)/,
    ],
  ])('names the trouble when the secret is %s', async (_name, value, said) => {
    await admin.send(new PutSecretValueCommand({ SecretId: secret, ...value }));
    const status = await vaultStatus();
    expect(status).toMatch(/^UnhealthyError: vault .* has an unusable document prod: /);
    expect(status).toMatch(said);
    expect(status).not.toContain('hunter2');
    // While a document is refused as a whole, the version before it serves.
    now += MINUTE;
    expect(await vaultStatus()).toMatch(/is in use, for up to an hour$/);
    expect(lines.join()).toContain('refused');
    expect(lines.join()).not.toContain('hunter2');
  });
});
