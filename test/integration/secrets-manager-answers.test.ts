/** The store for AWS Secrets Manager on servers that answer what moto never does, or that are not Secrets Manager. */
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { CheckError } from '../../lib/errors.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import type { Store } from '../../lib/vault/stores/store.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { awsAnswer, awsFailure } from '../support/aws-proxy.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswer } from '../support/fixed-answer.ts';
import { testCorrupted, testStrangers } from '../support/store-suite.ts';
import { transports } from '../support/transports.ts';

const environment = motoEnvironment(inject('stack').aws);
const signal = () => AbortSignal.timeout(10_000);

describe.each(transports)('the Secrets Manager store, calling AWS %s', (_transport, more) => {
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

  /** Hands over a store whose server gives these answers. Returns the number of requests. */
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

  describe('when it reads a document', () => {
    const permission = 'secretsmanager:GetSecretValue on secret some/prod';
    test.each<[string, FixedAnswer, string, string]>([
      ['a missing permission', awsFailure('AccessDeniedException'), 'AuthError', `grant ${permission}`],
      ['expired credentials', awsFailure('ExpiredTokenException'), 'AuthError', 'have expired'],
      ['unknown credentials', awsFailure('UnrecognizedClientException'), 'AuthError', 'refused the AWS credentials'],
      ['throttling', awsFailure('ThrottlingException'), 'UnhealthyError', 'throttled the call'],
      ['a disabled key', awsFailure('DecryptionFailure'), 'UnhealthyError', 'allow kms:Decrypt'],
      ['an internal error', awsFailure('InternalServiceError', 500), 'UnhealthyError', 'answered 500'],
      ['an HTML page', { status: 200, body: '<html>secret</html>' }, 'UnhealthyError', 'did not answer like AWS'],
      ['an HTML page with status 403', { status: 403, body: '<html>secret</html>' }, 'AuthError', permission],
      ['an answer without a value', awsAnswer({}), 'UnhealthyError', 'has no value'],
    ])('reports %s, and never shows a page of HTML', async (_name, answer, name, said) => {
      await answeredWith(answer, async (store) => {
        const error: unknown = await store.read('prod', signal()).catch((error: unknown) => error);
        expect(error).toMatchObject({ name, message: expect.stringContaining(said) as string });
        expect(String(error)).not.toMatch(/html/);
      });
    });
  });

  describe('when it reads many documents', () => {
    test('says why a document was refused', async () => {
      const Errors = [{ SecretId: 'some/locked', ErrorCode: 'AccessDeniedException', Message: 'user/secret' }];
      await answeredWith(awsAnswer({ SecretValues: [], Errors }), async (store) => {
        const read = await store.readMany?.(['locked'], signal());
        expect(read?.get('locked')).toMatchObject({
          name: 'AuthError',
          message: expect.stringContaining('grant secretsmanager:GetSecretValue on secret some/locked') as string,
        });
      });
    });

    test.each([
      ['AccessDeniedException', 400],
      ['DecryptionFailure', 400],
      ['ExpiredTokenException', 400],
      ['UnrecognizedClientException', 400],
      ['ThrottlingException', 400],
      ['InvalidParameterException', 400],
      ['Weird', 400],
      ['', 400],
      ['InternalServiceError', 500],
      ['InternalFailure', 500],
      ['ServiceUnavailable', 503],
    ])('tells the code "%s" of one of them as if it were read alone', async (ErrorCode, status) => {
      const { Message } = JSON.parse(awsFailure(ErrorCode).body ?? '') as { Message: string };
      const reads = async (answer: FixedAnswer, read: (store: Store) => Promise<unknown>) => {
        let error: unknown;
        await answeredWith(answer, async (store) => {
          error = await read(store).catch((reason: unknown) => reason);
        });
        return error;
      };
      const alone = await reads(awsFailure(ErrorCode, status), (store) => store.read('prod', signal()));
      const Errors = [{ SecretId: 'some/prod', ErrorCode, Message }];
      const together = await reads(awsAnswer({ Errors }), async (store) =>
        (await store.readMany?.(['prod'], signal()))?.get('prod'),
      );
      expect(alone).toBeInstanceOf(CheckError);
      expect(together).toEqual(alone);
    });

    test('does not treat a document as missing when AWS neither returns it nor says that it is missing', async () => {
      const Errors = [{ SecretId: 'some/gone', ErrorCode: 'ResourceNotFoundException' }];
      const pages = [
        { SecretValues: [{ Name: 'some/one', SecretString: '{}' }], NextToken: 'more' },
        { SecretValues: [{ Name: 'some/two', SecretString: '{}' }], Errors },
      ];
      const calls = await answeredWith(
        (index) => awsAnswer(pages[index] ?? {}),
        async (store) => {
          const read = await store.readMany?.(['one', 'two', 'gone', 'lost'], signal());
          const message = 'Secrets Manager in eu-central-1 returned neither secret some/lost nor a reason';
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

    test('does not follow pages without end', async () => {
      const calls = await answeredWith(awsAnswer({ NextToken: 'more' }), async (store) => {
        const read = await store.readMany?.(['one', 'two'], signal());
        expect(read?.get('two')).toMatchObject({ name: 'UnhealthyError' });
      });
      expect(calls).toBe(2);
    });
  });

  test('lists only documents directly below the prefix', async () => {
    const SecretList = [{ Name: 'some/prod' }, { Name: 'some/deeper/prod' }, { Name: 'somewhere' }, {}];
    await answeredWith(awsAnswer({ SecretList }), async (store) => {
      expect(await store.list(signal())).toEqual(['prod']);
    });
  });

  test('stops a list that has no end', async () => {
    const calls = await answeredWith(awsAnswer({ SecretList: [], NextToken: 'more' }), async (store) => {
      await expect(store.list(signal())).rejects.toMatchObject({
        name: 'UnhealthyError',
        message: expect.stringContaining('more than 10000 secrets') as string,
      });
    });
    expect(calls).toBe(100);
  });

  testCorrupted(() => inject('stack').aws.port, storeAt);

  describe('on a server that is not Secrets Manager', () => {
    testStrangers(storeAt);
  });
});
