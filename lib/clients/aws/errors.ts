/**
 * Translates the errors of the AWS SDK to public ones, by their names:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { networkError } from '../network-errors.ts';
import { httpError } from '../http/errors.ts';
import { after, serverWords } from '../server-words.ts';
import { hostOf } from '../url.ts';

export interface AwsCall {
  /** What was called, for messages: `s3 bucket assets`. */
  readonly target: string;
  /** The permission that the caller needs: `s3:PutObject on bucket assets`. */
  readonly permission: string;
  /** The object in question, for messages: `the key healthgate/1`. */
  readonly object?: string;
  /** As the SDK writes it in `AWS_ENDPOINT_URL_<service>`, where the environment may set the endpoint. */
  readonly service?: string;
}

/** The public error for a failed call; undefined if it was aborted or failed in an unforeseen way. */
export function awsError(error: unknown, call: AwsCall): CheckError | undefined {
  const { name, status, message } = factsOf(error);
  const said = { ...call, words: status === undefined ? '' : after(awsWords(message)) };
  const at = atEndpoint(call);
  return (
    (isSkew(name, message) ? skewed(said) : BY_NAME.get(name)?.(said)) ??
    networkError(error, at) ??
    httpError(error, at) ??
    byStatus(status, name, { ...said, target: at })
  );
}

interface Said extends AwsCall {
  /** `: AWS's own words`, or ''. */
  readonly words: string;
}

type ErrorOf = (said: Said) => CheckError;

/** AWS's message without what identifies an access key. */
function awsWords(message: string): string {
  return serverWords(message.replace(/\b(AKIA|ASIA)[A-Z0-9]{8,}/g, '***'));
}

/** The target, with the address of the service where the environment sets one. */
function atEndpoint({ target, service }: AwsCall): string {
  const { AWS_ENDPOINT_URL, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS } = process.env;
  const own = service === undefined ? undefined : process.env[`AWS_ENDPOINT_URL_${service}`];
  const endpoint = own ?? (service === undefined ? undefined : AWS_ENDPOINT_URL);
  if (endpoint === undefined || AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true' || !URL.canParse(endpoint))
    return target;
  return `${target} at ${hostOf(endpoint, endpoint.startsWith('https:') ? 443 : 80)}`;
}

/** A signature that is too old or too new says so only in its message. */
function isSkew(name: string, message: string): boolean {
  if (['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'].includes(name)) return true;
  return refusals.includes(name) && /Signature (expired|not yet current)/i.test(message);
}

const skewed: ErrorOf = ({ target }) =>
  new AuthError(`${target} refused the request: this machine's clock is wrong, or the request took minutes`);

const noCredentials: ErrorOf = ({ target }) =>
  new AuthError(`no AWS credentials for ${target}; set a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`);
const expired: ErrorOf = ({ target }) => new AuthError(`the AWS credentials for ${target} have expired; renew them`);
const refused: ErrorOf = ({ target }) =>
  new AuthError(`${target} refused the AWS credentials: unknown access key, or wrong secret key`);
const denied: ErrorOf = ({ target, permission, words }) =>
  new AuthError(`${target} denied access; grant ${permission} to the role or user of this service${words}`);
const throttled: ErrorOf = ({ target, words }) =>
  new UnhealthyError(`${target} throttled the call: too many requests${words}`);
const wrongRegion: ErrorOf = ({ target, words }) =>
  new ConfigurationError(`${target} is in a different region; set region${words}`);
const missing: ErrorOf = ({ target, words }) =>
  new ConfigurationError(`${target} does not exist; are name, account and region right?${words.replace(/^:/, '')}`);

/** The messages of these may quote what was signed, so they are not shown. */
const refusals = [
  'InvalidSignatureException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
];

const BY_NAME = new Map<string, ErrorOf>([
  ['CredentialsProviderError', noCredentials],
  ['TokenProviderError', noCredentials],
  ['ExpiredToken', expired],
  ['ExpiredTokenException', expired],
  ...refusals.map((name) => [name, refused] as const),
  ['AccessDenied', denied],
  ['AccessDeniedException', denied],
  ['ThrottlingException', throttled],
  ['ProvisionedThroughputExceededException', throttled],
  ['RequestLimitExceeded', throttled],
  ['Throttling', throttled],
  ['TooManyRequestsException', throttled],
  ['RequestThrottled', throttled],
  ['SlowDown', throttled],
  ['PermanentRedirect', wrongRegion],
  ['AuthorizationHeaderMalformed', wrongRegion],
  ['IllegalLocationConstraintException', wrongRegion],
  ['NoSuchBucket', missing],
  ['InvalidBucketName', missing],
  ['NoSuchDistribution', missing],
  ['ResourceNotFoundException', missing],
  ['NoSuchKey', ({ target, object }) => new UnhealthyError(`${target} has no object with ${object ?? 'that key'}`)],
]);

/** AWS's own name for the error, such as `KMS.DisabledException`; not a name that the SDK makes up. */
const OWN_NAME = /^(?!Unknown|Error$|SyntaxError$)[A-Z][A-Za-z.]{1,59}$/;

function byStatus(status: number | undefined, name: string, call: Said): CheckError | undefined {
  if (status === undefined) return undefined;
  if (status === 401 || status === 403) return denied(call);
  if (status === 429) return throttled(call);
  if (status === 301) return wrongRegion(call);
  if (status >= 200 && status < 300)
    return new UnhealthyError(`${call.target} did not answer like AWS; is the endpoint right?`);
  return new UnhealthyError(`${call.target} answered ${status}${OWN_NAME.test(name) ? ` (${name})${call.words}` : ''}`);
}

function factsOf(error: unknown): { name: string; status: number | undefined; message: string } {
  if (!(error instanceof Error)) return { name: '', status: undefined, message: '' };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, status: $metadata?.httpStatusCode, message: error.message };
}
