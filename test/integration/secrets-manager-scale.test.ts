/** How often Secrets Manager is called when it holds thousands of namespaces. */
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { MOTO_CREDENTIALS, motoEnvironment } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { awsFailure, awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy } from '../support/aws-proxy.ts';
import { collectedLog } from '../support/collected-log.ts';
import { transports } from '../support/transports.ts';
import { openedBy } from '../support/opened.ts';

const NAMESPACES = 5000;
const LIST_PAGES = NAMESPACES / 100;
const BATCHES = NAMESPACES / 20;
const CREATED_CONCURRENTLY = 8;

const prefix = 'scale';
const LEAF = { kind: 'tcp', host: 'db.example', port: 5432 };
const textOf = (...tokens: string[]) => JSON.stringify({ access_tokens: tokens, checks: { db: LEAF } });
const opaque = (name: string) => `an-opaque-token-of-${name}`;
const [token, rotated] = [createToken('n7'), createToken('n8')];

/** This file has an emulator of its own, since so many secrets would slow down all other tests. */
let stack: Stack<'aws'>;
let admin: SecretsManagerClient;

beforeAll(async () => {
  stack = await startStack(['aws']);
  const { endpoint, region } = stack.addresses.aws;
  admin = new SecretsManagerClient({ endpoint, region, credentials: MOTO_CREDENTIALS });
  const names = Array.from({ length: NAMESPACES }, (_, index) => `n${String(index)}`);
  const makeOn = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const SecretString = textOf(opaque(name), ...(name === 'n7' ? [token] : []));
      await admin.send(new CreateSecretCommand({ Name: `${prefix}/${name}`, SecretString }));
    }
  };
  await Promise.all(Array.from({ length: CREATED_CONCURRENTLY }, makeOn));
}, 240_000);

afterAll(async () => {
  admin.destroy();
  await stack.stop();
});

describe.each(transports)('a vault, calling Secrets Manager %s', (_transport, more) => {
  let proxy: AwsProxy;
  let vault: Vault;
  let now: number;

  beforeEach(async () => {
    const { aws } = stack.addresses;
    proxy = await awsProxy(aws.endpoint);
    for (const [name, value] of Object.entries({ ...motoEnvironment(aws), ...more })) vi.stubEnv(name, value);
    vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
    now = Date.now();
    vault = new Vault(secretsManagerStore(prefix), collectedLog().log, { now: () => now });
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await proxy.stop();
  });

  const counted = () =>
    proxy.calls.reduce<Record<string, number>>((counts, { headers }) => {
      const call = String(headers['x-amz-target']).replace(/^.*\./, '');
      return { ...counts, [call]: (counts[call] ?? 0) + 1 };
    }, {});

  test('makes one call for a token that carries its namespace, right or wrong', async () => {
    expect((await openedBy(vault, token))?.name).toBe('n7');
    for (let time = 0; time < 50; time += 1) expect(await openedBy(vault, createToken('n7'))).toBeUndefined();
    expect(counted()).toEqual({ GetSecretValue: 1 });
    expect(await openedBy(vault, createToken('nowhere'))).toBeUndefined();
    expect(counted()).toEqual({ GetSecretValue: 2 });
  });

  test('lists once and makes one call per twenty namespaces, however many opaque tokens are looked up', async () => {
    const wrong = Array.from({ length: 50 }, (_, index) => `a-wrong-opaque-token-${String(index)}`);
    const found = await Promise.all([opaque('n3'), opaque('n4999'), ...wrong].map((given) => openedBy(vault, given)));
    expect(found.map((namespace) => namespace?.name).filter(Boolean)).toEqual(['n3', 'n4999']);
    expect(counted()).toEqual({ ListSecrets: LIST_PAGES, BatchGetSecretValue: BATCHES, GetSecretValue: 2 });
  });

  test('makes thirty calls and one list for a flood of wrong tokens, each with another namespace', async () => {
    await openedBy(vault, token);
    for (let index = 0; index < 500; index += 1) await vault.find(createToken(`made-up-${String(index)}`));
    expect(counted()).toEqual({ GetSecretValue: 30, ListSecrets: LIST_PAGES });
    expect((await openedBy(vault, token))?.name).toBe('n7');
  });

  test('answers from what it knows while Secrets Manager throttles', async () => {
    await openedBy(vault, token);
    await openedBy(vault, opaque('n3'));
    proxy.instead = { all: awsFailure('ThrottlingException') };
    now += 10 * 60_000;
    expect((await openedBy(vault, token))?.name).toBe('n7');
    expect((await openedBy(vault, opaque('n3')))?.name).toBe('n3');
    expect(await openedBy(vault, 'a-wrong-opaque-token')).toBeUndefined();
    const tried = proxy.calls.length;
    for (let time = 0; time < 20; time += 1) {
      await openedBy(vault, token);
      await openedBy(vault, 'a-wrong-opaque-token');
    }
    expect(proxy.calls).toHaveLength(tried);
  });

  test('ignores a pending version, and uses it soon after it becomes current', async () => {
    const SecretId = `${prefix}/n8`;
    const put = (SecretString: string, stage: string) =>
      admin.send(new PutSecretValueCommand({ SecretId, SecretString, VersionStages: [stage] }));
    await put(textOf(opaque('n8')), 'AWSCURRENT');
    await put(textOf(rotated, opaque('n8')), 'AWSPENDING');
    expect((await openedBy(vault, opaque('n8')))?.name).toBe('n8');
    expect(await openedBy(vault, rotated)).toBeUndefined();
    // AWS moves the stage to the pending version; moto would still answer with the older one.
    await put(textOf(rotated, opaque('n8')), 'AWSCURRENT');
    now += 10_000;
    expect((await openedBy(vault, rotated))?.name).toBe('n8');
    expect((await openedBy(vault, opaque('n8')))?.name).toBe('n8');
  });
});
