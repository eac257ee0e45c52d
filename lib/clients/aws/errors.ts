/**
 * Translates the errors of the AWS SDK to public ones, by their names:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';
import { httpError } from '../http/errors.ts';

export interface AwsCall {
  /** What was called, for messages: `s3 bucket assets`. */
  readonly target: string;
  /** The permission that the caller needs: `s3:PutObject on bucket assets`. */
  readonly permission: string;
}

/** The public error for a failed call; undefined if it was aborted or failed in an unforeseen way. */
export function awsError(error: unknown, call: AwsCall): CheckError | undefined {
  const { name, status } = factsOf(error);
  return (
    BY_NAME.get(name)?.(call) ??
    networkError(error, call.target) ??
    httpError(error, call.target) ??
    byStatus(status, name, call)
  );
}

type ErrorOf = (call: AwsCall) => CheckError;

const noCredentials: ErrorOf = ({ target }) =>
  new AuthError(`no AWS credentials for ${target}; set a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`);
const expired: ErrorOf = ({ target }) => new AuthError(`the AWS credentials for ${target} have expired; renew them`);
const refused: ErrorOf = ({ target }) =>
  new AuthError(`${target} refused the AWS credentials: unknown access key, or wrong secret key`);
const denied: ErrorOf = ({ target, permission }) =>
  new AuthError(`${target} denied access; grant ${permission} to the role or user of this service`);
const throttled: ErrorOf = ({ target }) => new UnhealthyError(`${target} throttled the call: too many requests`);
const wrongRegion: ErrorOf = ({ target }) => new ConfigurationError(`${target} is in a different region; set region`);
const missing: ErrorOf = ({ target }) =>
  new ConfigurationError(`${target} does not exist; are name, account and region right?`);

const BY_NAME = new Map<string, ErrorOf>([
  ['CredentialsProviderError', noCredentials],
  ['TokenProviderError', noCredentials],
  ['ExpiredToken', expired],
  ['ExpiredTokenException', expired],
  ['InvalidSignatureException', refused],
  ['UnrecognizedClientException', refused],
  ['InvalidClientTokenId', refused],
  ['InvalidAccessKeyId', refused],
  ['InvalidToken', refused],
  ['SignatureDoesNotMatch', refused],
  ['IncompleteSignature', refused],
  [
    'RequestTimeTooSkewed',
    ({ target }) => new AuthError(`${target} refused the request: this machine's clock is wrong`),
  ],
  ['AccessDenied', denied],
  ['AccessDeniedException', denied],
  ['ThrottlingException', throttled],
  ['Throttling', throttled],
  ['TooManyRequestsException', throttled],
  ['SlowDown', throttled],
  ['PermanentRedirect', wrongRegion],
  ['AuthorizationHeaderMalformed', wrongRegion],
  ['IllegalLocationConstraintException', wrongRegion],
  ['NoSuchBucket', missing],
  ['InvalidBucketName', missing],
  ['NoSuchDistribution', missing],
  ['ResourceNotFoundException', missing],
  ['NoSuchKey', ({ target }) => new UnhealthyError(`${target} has no object with that key`)],
]);

/** AWS's own name for the error, such as `KMS.DisabledException`; not a name that the SDK makes up. */
const OWN_NAME = /^(?!Unknown|Error$|SyntaxError$)[A-Z][A-Za-z.]{1,59}$/;

function byStatus(status: number | undefined, name: string, call: AwsCall): CheckError | undefined {
  if (status === undefined) return undefined;
  if (status === 401 || status === 403) return denied(call);
  if (status === 429) return throttled(call);
  if (status === 301) return wrongRegion(call);
  if (status >= 200 && status < 300)
    return new UnhealthyError(`${call.target} did not answer like AWS; is the endpoint right?`);
  return new UnhealthyError(`${call.target} answered ${status}${OWN_NAME.test(name) ? ` (${name})` : ''}`);
}

function factsOf(error: unknown): { name: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: '', status: undefined };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, status: $metadata?.httpStatusCode };
}
