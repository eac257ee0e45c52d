/** How a namespace is read from Secrets Manager again: by one call, and as right as by a call for each secret. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import type { Store } from '../../lib/vault/stores/store.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { awsFailure, awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy } from '../support/aws-proxy.ts';
import { collectedLog } from '../support/collected-log.ts';
import { transports } from '../support/transports.ts';

const { aws } = inject('stack');
const environment = motoEnvironment(aws);
const MINUTE = 60_000;
const signal = () => AbortSignal.timeout(10_000);

describe.each(transports)('a namespace in Secrets Manager, calling AWS %s', (_transport, more) => {
  const admin = new SecretsManagerClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY },
  });
  let proxy: AwsProxy;
  let prefix: string;
  let store: Store;
  let now: number;

  beforeEach(async () => {
    proxy = await awsProxy(aws.endpoint);
    for (const [name, value] of Object.entries({ ...environment, ...more })) vi.stubEnv(name, value);
    vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
    prefix = `together-${randomUUID()}`;
    store = secretsManagerStore(prefix);
    now = Date.now();
    for (const name of ['one', 'two', 'three'])
      await admin.send(new CreateSecretCommand({ Name: `${prefix}-${name}`, SecretString: `${name}.example` }));
    await write(['one', 'two']);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await proxy.stop();
  });

  /** A document with a check of each host that is a secret. */
  async function write(hosts: readonly string[]): Promise<void> {
    const checks = Object.fromEntries(
      hosts.map((name) => [name, { kind: 'tcp', host: { secret: `${prefix}-${name}` }, port: 80 }]),
    );
    await store.write('shop', JSON.stringify({ access_tokens: [createToken('shop')], checks }), signal());
  }

  /** Reads the namespace a minute later. Returns its secrets, and the calls that this took. */
  function reader() {
    const vault = new Vault(store, collectedLog().log, { now: () => now });
    return async () => {
      now += MINUTE;
      const before = proxy.calls.length;
      const namespace = await vault.namespace('shop');
      const calls = proxy.calls.slice(before).map(({ headers }) => String(headers['x-amz-target']).split('.')[1]);
      return { secrets: namespace?.secrets.filter((text) => text.endsWith('.example')).sort(), calls };
    };
  }

  const BATCH = 'BatchGetSecretValue';
  const SINGLY = ['GetSecretValue', 'GetSecretValue', 'GetSecretValue'];

  test('is read by one call, once its secrets are known', async () => {
    const read = reader();
    expect(await read()).toEqual({ secrets: ['one.example', 'two.example'], calls: SINGLY });
    expect(await read()).toEqual({ secrets: ['one.example', 'two.example'], calls: [BATCH] });
  });

  test('has the new value of a secret with the next read', async () => {
    const read = reader();
    await read();
    await admin.send(new PutSecretValueCommand({ SecretId: `${prefix}-two`, SecretString: 'other.example' }));
    expect(await read()).toEqual({ secrets: ['one.example', 'other.example'], calls: [BATCH] });
  });

  test('has another secret that its document refers to by now, and no more the one before', async () => {
    const read = reader();
    await read();
    await write(['one', 'three']);
    const secrets = ['one.example', 'three.example'];
    expect(await read()).toEqual({ secrets, calls: [BATCH, 'GetSecretValue'] });
    expect(await read()).toEqual({ secrets, calls: [BATCH] });
    expect(proxy.calls.at(-1)?.body).not.toContain(`${prefix}-two`);
  });

  test('is gone when its document is marked for deletion', async () => {
    const read = reader();
    await read();
    await admin.send(new DeleteSecretCommand({ SecretId: `${prefix}/shop` }));
    expect(await read()).toEqual({ secrets: undefined, calls: [BATCH] });
  });

  test.each([
    ['throttled, and by one call again later', 'ThrottlingException', [BATCH]],
    ['not permitted, which is not tried again soon', 'AccessDeniedException', SINGLY],
  ])('is read by a call for each secret when one call is %s', async (_why, refusal, later) => {
    const read = reader();
    await read();
    proxy.instead = { [`secretsmanager.${BATCH}`]: awsFailure(refusal) };
    const { secrets, calls } = await read();
    expect(secrets).toEqual(['one.example', 'two.example']);
    expect(calls.filter((name) => name !== BATCH)).toEqual(SINGLY);
    proxy.instead = {};
    expect(await read()).toEqual({ secrets, calls: later });
  });

  test('has the same secrets and mistakes, whether they are read together or not', async () => {
    await admin.send(new CreateSecretCommand({ Name: `${prefix}-binary`, SecretBinary: Buffer.from([0, 255]) }));
    await admin.send(new DeleteSecretCommand({ SecretId: `${prefix}-three` }));
    const { ARN = '' } = await admin.send(new CreateSecretCommand({ Name: `${prefix}-four`, SecretString: 'four' }));
    const names = [...['one', 'three', 'binary', 'missing'].map((name) => `${prefix}-${name}`), ARN, 'no "name"'];
    const reads = await store.together?.('shop', names, signal());
    expect(proxy.calls.at(-1)?.headers['x-amz-target']).toContain(BATCH);
    const told = (reading: Promise<string | undefined> | undefined) =>
      reading?.catch((error: unknown) => (error instanceof Error ? [error.name, error.message] : error));
    for (const name of names)
      expect(await told(reads?.readSecret(name, signal()))).toEqual(await told(store.readSecret(name, signal())));
    expect(await reads?.read('shop', signal())).toBe(await store.read('shop', signal()));
  });
});
