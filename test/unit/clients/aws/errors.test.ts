import { NoSuchBucket, S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { awsError } from '../../../../lib/clients/aws/errors.ts';

const call = { target: 's3 bucket assets', permission: 's3:PutObject on bucket assets' };
const RAW = 'text of the server with a secret';

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
    expect(found?.message).not.toContain(RAW);
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
