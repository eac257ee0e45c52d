/** The store for AWS Secrets Manager before servers that answer what moto cannot be made to answer, or nothing of the sort. */
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import type { Store } from '../../lib/vault/stores/store.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { awsAnswer, awsFailure } from '../support/aws-proxy.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswer } from '../support/fixed-answer.ts';
import { testSpoiled, testStrangers } from '../support/store-suite.ts';
import { transports } from '../support/transports.ts';

const environment = motoEnvironment(inject('stack').aws);
const signal = () => AbortSignal.timeout(10_000);

describe.each(transports)('%s', (_transport, more) => {
  beforeEach(() => {
    for (const [name, value] of Object.entries({ ...environment, ...more })) vi.stubEnv(name, value);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  function storeAt(port: number): Store {
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    return secretsManagerStore('some');
  }

  /** A store whose server gives these answers. Returns how often it was asked. */
  async function answeredWith(
    answer: Parameters<typeof fixedAnswer>[0],
    work: (store: Store) => Promise<void>,
  ): Promise<number> {
    const server = await fixedAnswer(answer);
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    try {
      await work(secretsManagerStore('some'));
      return server.asked.length;
    } finally {
      await server.stop();
    }
  }

  describe('to a read', () => {
    const permission = 'secretsmanager:GetSecretValue on secret some/prod';
    test.each<[string, FixedAnswer, string, string]>([
      ['no permission', awsFailure('AccessDeniedException'), 'AuthError', `allow ${permission}`],
      ['expired credentials', awsFailure('ExpiredTokenException'), 'AuthError', 'have expired'],
      ['unknown credentials', awsFailure('UnrecognizedClientException'), 'AuthError', 'refused the AWS credentials'],
      ['throttling', awsFailure('ThrottlingException'), 'UnhealthyError', 'throttles'],
      ['a key that is disabled', awsFailure('DecryptionFailure'), 'UnhealthyError', 'allow kms:Decrypt'],
      ['a fault of its own', awsFailure('InternalServiceError', 500), 'UnhealthyError', 'answered 500'],
      ['a page', { status: 200, body: '<html>secret</html>' }, 'UnhealthyError', 'no answer of AWS'],
      ['a page that says no', { status: 403, body: '<html>secret</html>' }, 'AuthError', permission],
      ['no value', awsAnswer({}), 'UnhealthyError', 'holds no value'],
    ])('%s', async (_name, answer, name, said) => {
      await answeredWith(answer, async (store) => {
        const error: unknown = await store.read('prod', signal()).catch((error: unknown) => error);
        expect(error).toMatchObject({ name, message: expect.stringContaining(said) as string });
        expect(String(error)).not.toMatch(/user\/secret|html/);
      });
    });
  });

  describe('to a read of many', () => {
    test('one that is refused says why', async () => {
      const Errors = [{ SecretId: 'some/locked', ErrorCode: 'AccessDeniedException', Message: 'user/secret' }];
      await answeredWith(awsAnswer({ SecretValues: [], Errors }), async (store) => {
        const read = await store.readMany?.(['locked'], signal());
        expect(read?.get('locked')).toMatchObject({
          name: 'AuthError',
          message: expect.stringContaining('allow secretsmanager:GetSecretValue on secret some/locked') as string,
        });
      });
    });

    test('one that is neither given nor said to be missing is not taken for missing', async () => {
      const Errors = [{ SecretId: 'some/gone', ErrorCode: 'ResourceNotFoundException' }];
      const pages = [
        { SecretValues: [{ Name: 'some/one', SecretString: '{}' }], NextToken: 'more' },
        { SecretValues: [{ Name: 'some/two', SecretString: '{}' }], Errors },
      ];
      const calls = await answeredWith(
        (index) => awsAnswer(pages[index] ?? {}),
        async (store) => {
          const read = await store.readMany?.(['one', 'two', 'gone', 'lost'], signal());
          const message = 'Secrets Manager in eu-central-1 gives neither secret some/lost nor a reason';
          expect(read).toEqual(
            new Map<string, unknown>([
              ['one', '{}'],
              ['two', '{}'],
              ['lost', expect.objectContaining({ name: 'UnhealthyError', message })],
            ]),
          );
        },
      );
      expect(calls).toBe(2);
    });

    test('pages without end', async () => {
      const calls = await answeredWith(awsAnswer({ NextToken: 'more' }), async (store) => {
        const read = await store.readMany?.(['one', 'two'], signal());
        expect(read?.get('two')).toMatchObject({ name: 'UnhealthyError' });
      });
      expect(calls).toBe(2);
    });
  });

  test('to a list: what is not below the prefix is left out', async () => {
    const SecretList = [{ Name: 'some/prod' }, { Name: 'some/deeper/prod' }, { Name: 'somewhere' }, {}];
    await answeredWith(awsAnswer({ SecretList }), async (store) => {
      expect(await store.list(signal())).toEqual(['prod']);
    });
  });

  test('to a list: pages without end', async () => {
    const calls = await answeredWith(awsAnswer({ SecretList: [], NextToken: 'more' }), async (store) => {
      await expect(store.list(signal())).rejects.toMatchObject({
        name: 'UnhealthyError',
        message: expect.stringContaining('more than 10000 secrets') as string,
      });
    });
    expect(calls).toBe(100);
  });

  testSpoiled(() => inject('stack').aws.port, storeAt);

  describe('of servers that are no Secrets Manager', () => {
    testStrangers(storeAt);
  });
});
