import { NoSuchBucket, S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it, vi } from 'vitest';
import { awsError } from '../../../../lib/clients/aws/errors.ts';

const call = { target: 's3 bucket assets', permission: 's3:PutObject on bucket assets' };
const RAW = 'raw text';

const answered = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: RAW, $fault: 'client', $metadata: { httpStatusCode } });

const named = (name: string) => Object.assign(new Error(RAW), { name });

describe('awsError', () => {
  it.each([
    [named('CredentialsProviderError'), 'AuthError', 'no AWS credentials'],
    [answered('ExpiredToken', 400), 'AuthError', 'have expired'],
    [answered('ExpiredTokenException', 400), 'AuthError', 'have expired'],
    [answered('InvalidSignatureException', 403), 'AuthError', 'refused the AWS credentials'],
    [answered('UnrecognizedClientException', 400), 'AuthError', 'refused the AWS credentials'],
    [answered('InvalidClientTokenId', 403), 'AuthError', 'refused the AWS credentials'],
    [answered('InvalidAccessKeyId', 403), 'AuthError', 'refused the AWS credentials'],
    [answered('SignatureDoesNotMatch', 403), 'AuthError', 'refused the AWS credentials'],
    [answered('RequestTimeTooSkewed', 403), 'AuthError', 'clock'],
    [answered('AccessDenied', 403), 'AuthError', 'grant s3:PutObject on bucket assets'],
    [answered('AccessDeniedException', 400), 'AuthError', 'grant s3:PutObject on bucket assets'],
    [answered('403', 403), 'AuthError', 'grant s3:PutObject on bucket assets'],
    [answered('ThrottlingException', 400), 'UnhealthyError', 'throttled the call'],
    [answered('TooManyRequestsException', 429), 'UnhealthyError', 'throttled the call'],
    [answered('RequestThrottled', 400), 'UnhealthyError', 'throttled the call'],
    [answered('SlowDown', 503), 'UnhealthyError', 'throttled the call'],
    [answered('PermanentRedirect', 301), 'ConfigurationError', 'region'],
    [answered('AuthorizationHeaderMalformed', 400), 'ConfigurationError', 'region'],
    [new NoSuchBucket({ message: RAW, $metadata: { httpStatusCode: 404 } }), 'ConfigurationError', 'does not exist'],
    [answered('ResourceNotFoundException', 400), 'ConfigurationError', 'does not exist'],
    [answered('NoSuchKey', 404), 'UnhealthyError', 'no object with that key'],
    [answered('InternalError', 500), 'UnhealthyError', 'answered 500 (InternalError)'],
    [answered('KMS.DisabledException', 400), 'UnhealthyError', 'answered 400 (KMS.DisabledException)'],
    [answered('SyntaxError', 200), 'UnhealthyError', 'did not answer like AWS'],
    [Object.assign(new Error(RAW), { code: 'ECONNREFUSED' }), 'ConnectionError', 'connection refused'],
    [Object.assign(new Error(RAW), { code: 'HPE_INVALID_CONSTANT' }), 'UnhealthyError', 'does not answer in HTTP'],
  ])('translates %s into a public %s', (error, code, words) => {
    const found = awsError(error, call);
    expect(found?.code).toBe(code);
    expect(found?.message).toContain('s3 bucket assets');
    expect(found?.message).toContain(words);
  });

  it.each([
    ['InvalidSignatureException', 'Signature expired: 20261126T033000Z is now earlier than 20261126T034500Z'],
    ['SignatureDoesNotMatch', 'Signature not yet current: 20261126T033000Z is still later'],
    ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
    ['RequestExpired', 'Request has expired.'],
  ])('tells a wrong clock from a wrong key in %s', (name, message) => {
    const error = new S3ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 403 } });
    expect(awsError(error, call)?.message).toContain("this machine's clock is wrong");
  });

  it("adds AWS's own message, without access keys", () => {
    const message = 'User: arn:aws:iam::1:user/x (AKIAABCDEFGH12345678) is not authorized to perform: s3:PutObject';
    const error = new S3ServiceException({
      name: 'AccessDenied',
      message,
      $fault: 'client',
      $metadata: { httpStatusCode: 403 },
    });
    expect(awsError(error, call)?.message).toContain(
      ': User: arn:aws:iam::1:user/x (***) is not authorized to perform',
    );
  });

  it('keeps to itself what AWS says about a signature, since it may quote what was signed', () => {
    expect(awsError(answered('SignatureDoesNotMatch', 403), call)?.message).not.toContain(RAW);
  });

  it('names the object in question', () => {
    const error = answered('NoSuchKey', 404);
    expect(awsError(error, { ...call, object: 'the key a/b' })?.message).toContain('no object with the key a/b');
  });

  it('names the endpoint that the environment sets for the service that refused', () => {
    const refused = Object.assign(new Error(RAW), { code: 'ECONNREFUSED' });
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://user:hunter2@aws.test:4566/x');
    const message = () => awsError(refused, { ...call, service: 'S3' })?.message;
    expect(message()).toMatch(/^connection refused by s3 bucket assets at aws\.test:4566;/);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'https://s3.test');
    expect(message()).toMatch(/^connection refused by s3 bucket assets at s3\.test:443;/);
    vi.unstubAllEnvs();
  });

  it.each(['UnknownError', 'Unknown', 'SyntaxError', '500', RAW, `A${'a'.repeat(60)}`])(
    'does not show the error name %s, which is not from AWS',
    (name) => {
      expect(awsError(answered(name, 500), call)?.message).toBe('s3 bucket assets answered 500');
    },
  );

  it('does not translate unexpected errors', () => {
    expect(awsError(new TypeError('a fault of ours'), call)).toBeUndefined();
    expect(awsError(named('AbortError'), call)).toBeUndefined();
    expect(awsError('no error', call)).toBeUndefined();
  });
});
