/** The store for AWS Secrets Manager, on moto. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createLog } from '../../lib/log.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import type { Store } from '../../lib/vault/stores/store.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { testDocuments } from '../support/store-suite.ts';
import { transports } from '../support/transports.ts';
import { openedBy } from '../support/opened.ts';

const environment = motoEnvironment(inject('stack').aws);
const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
const admin = new SecretsManagerClient({
  endpoint: environment.AWS_ENDPOINT_URL,
  region: environment.AWS_REGION,
  credentials: { accessKeyId, secretAccessKey },
});

afterAll(() => {
  admin.destroy();
});

describe.each(transports)('the Secrets Manager store, calling AWS %s', (_transport, more) => {
  /** Unique to this file, since all test files share an emulator. */
  const prefix = `store-${randomUUID()}`;

  const signal = () => AbortSignal.timeout(10_000);
  let store: Store;

  beforeAll(() => {
    store = secretsManagerStore(prefix);
  });

  beforeEach(() => {
    for (const [name, value] of Object.entries({ ...environment, ...more })) vi.stubEnv(name, value);
    // Hides the AWS settings of the machine that runs the tests.
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  function create(name: string, SecretString: string) {
    return admin.send(new CreateSecretCommand({ Name: name, SecretString }));
  }

  function markForDeletion(name: string) {
    return admin.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
  }

  describe('for documents', () => {
    testDocuments(() => store);

    test('finds the same documents with and without a slash at the end of the prefix', async () => {
      await store.write('slash', '{}', signal());
      expect(await secretsManagerStore(`${prefix}/`).read('slash', signal())).toBe('{}');
      await expect(admin.send(new DescribeSecretCommand({ SecretId: `${prefix}/slash` }))).resolves.toBeDefined();
    });

    test('finds no document that is marked for deletion', async () => {
      await store.write('marked', '{}', signal());
      await markForDeletion(`${prefix}/marked`);
      expect(await store.read('marked', signal())).toBeUndefined();
    });

    test('lists documents page by page, without those that are deeper, beside or marked for deletion', async () => {
      const listed = secretsManagerStore(`${prefix}/listed`);
      expect(await listed.list(signal())).toEqual([]);
      const names = Array.from({ length: 101 }, (_, index) => `n${index}`);
      await Promise.all(names.map((name) => listed.write(name, '{}', signal())));
      await create(`${prefix}/listed/deeper/one`, '{}');
      await create(`${prefix}/listed-beside`, '{}');
      await listed.write('gone', '{}', signal());
      await markForDeletion(`${prefix}/listed/gone`);
      expect((await listed.list(signal())).sort()).toEqual(names.sort());
    });

    test('reports a binary document as a DocumentError', async () => {
      const binary = { Name: `${prefix}/binary`, SecretBinary: Buffer.from([0, 255]) };
      await admin.send(new CreateSecretCommand(binary));
      await expect(store.read('binary', signal())).rejects.toMatchObject({
        name: 'DocumentError',
        message: 'binary; store it as text (SecretString)',
      });
    });

    test('reads many documents in one call, with an error for each one that is unusable', async () => {
      const many = secretsManagerStore(`${prefix}/many`);
      await many.write('one', '{"one":1}', signal());
      await many.write('two', 'no JSON', signal());
      await many.write('gone', '{}', signal());
      await markForDeletion(`${prefix}/many/gone`);
      await admin.send(new CreateSecretCommand({ Name: `${prefix}/many/binary`, SecretBinary: Buffer.from([0, 255]) }));
      const read = await many.readMany?.(['one', 'two', 'gone', 'never', 'binary'], signal());
      expect(new Map([...(read ?? [])].sort())).toEqual(
        new Map<string, unknown>([
          ['binary', expect.objectContaining({ name: 'DocumentError' })],
          ['one', '{"one":1}'],
          ['two', 'no JSON'],
        ]),
      );
    });

    test('refuses a document that is larger than a secret can be', async () => {
      await expect(store.write('large', 'x'.repeat(65_537), signal())).rejects.toMatchObject({
        name: 'ConfigurationError',
      });
      await store.write('large', 'x'.repeat(65_536), signal());
    });
  });

  describe('for secrets that documents refer to', () => {
    test('reads a secret by its whole name or by its ARN', async () => {
      const name = `${prefix}-prod/postgres`;
      const { ARN = '' } = await create(name, '{"url":"postgres://x"}');
      expect(await store.readSecret(name, signal())).toBe('{"url":"postgres://x"}');
      expect(await store.readSecret(ARN, signal())).toBe('{"url":"postgres://x"}');
      expect(await store.readSecret(`${prefix}-prod/nothing`, signal())).toBeUndefined();
      expect(await store.readSecret('no such "name"', signal())).toBeUndefined();
    });

    test('refuses a binary secret', async () => {
      const Name = `${prefix}-prod/binary`;
      await admin.send(new CreateSecretCommand({ Name, SecretBinary: Buffer.from([0, 255]) }));
      await expect(store.readSecret(Name, signal())).rejects.toMatchObject({
        name: 'ConfigurationError',
        message: `secret ${Name} is binary; store it as text (SecretString)`,
      });
    });

    test('says that a secret is marked for deletion', async () => {
      const name = `${prefix}-prod/marked`;
      await create(name, 'value');
      await markForDeletion(name);
      await expect(store.readSecret(name, signal())).rejects.toMatchObject({
        name: 'ConfigurationError',
        message: `secret ${name} is marked for deletion; restore it`,
      });
    });
  });

  test('finds a namespace by a token that carries it or an opaque one, with the secret that it refers to', async () => {
    const whole = secretsManagerStore(`${prefix}/whole`);
    const token = createToken('prod');
    await create(`${prefix}-prod/web`, '{"host":"db.example"}');
    const checks = { web: { kind: 'tcp', host: { secret: `${prefix}-prod/web`, key: 'host' }, port: 80 } };
    const document = { access_tokens: [token, 'an opaque token of the test'], checks };
    await whole.write('prod', JSON.stringify(document), signal());
    const vault = new Vault(
      whole,
      createLog(() => undefined),
    );
    for (const known of document.access_tokens)
      expect(await openedBy(vault, known)).toMatchObject({
        name: 'prod',
        root: { parts: [{ target: 'tcp db.example:80' }] },
      });
    expect(await vault.find('another opaque token of the test')).toBeUndefined();
  });

  describe('with incomplete settings', () => {
    test('reports a missing region, and works as soon as there is one', async () => {
      vi.stubEnv('AWS_REGION', undefined);
      const lost = secretsManagerStore(prefix);
      await expect(lost.read('prod', signal())).rejects.toMatchObject({
        name: 'ConfigurationError',
        message: 'Secrets Manager: no usable region; set AWS_REGION',
      });
      vi.stubEnv('AWS_REGION', environment.AWS_REGION);
      expect(await lost.read('prod', signal())).toBeUndefined();
    });

    test('reports missing credentials as an AuthError', async () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
      await expect(secretsManagerStore(prefix).read('prod', signal())).rejects.toMatchObject({
        name: 'AuthError',
        message: expect.stringContaining('no AWS credentials') as string,
      });
    });

    test('refuses a prefix that no name can begin with', () => {
      expect(() => secretsManagerStore('health gate')).toThrow('a prefix may contain only');
    });
  });
});
