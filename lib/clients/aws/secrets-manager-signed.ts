/**
 * Secrets Manager without the SDK, where all that the SDK would have to find out is in the environment: in Lambda.
 * A call is one POST of JSON, signed: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import type { Api } from './secrets-manager-api.ts';

const SERVICE = 'secretsmanager';
const ATTEMPTS = 2;
const RETRY_AFTER_MS = 100;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What leads the SDK elsewhere, or to other credentials. */
const LEFT_TO_THE_SDK = [
  'AWS_PROFILE',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/** Regions of the partitions whose endpoints end in amazonaws.com: https://docs.aws.amazon.com/general/latest/gr/asm.html */
const REGION = /^(?!cn-|eusc-|us-iso|eu-iso)[a-z]{2}(?:-gov)?-[a-z]+-\d+$/;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Undefined where the environment is not Lambda's, or asks for something special: there the SDK knows better. */
export function signedApi(env: Environment): Api | undefined {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (env.AWS_LAMBDA_RUNTIME_API === undefined || LEFT_TO_THE_SDK.some((name) => env[name] !== undefined))
    return undefined;
  if (region === undefined || !REGION.test(region) || !accessKeyId || !secretAccessKey) return undefined;
  const endpoint =
    env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? env.AWS_ENDPOINT_URL ?? `https://${SERVICE}.${region}.amazonaws.com`;
  const url = new URL(endpoint);
  const credentials = { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN };

  const once = async (action: string, body: string, signal: AbortSignal): Promise<unknown> => {
    const headers = signedHeaders({ url, action, body, region, credentials, now: new Date() });
    const { status, text } = await post(url, headers, body, signal);
    if (status !== 200) throw new ApiError(errorName(text), status);
    try {
      // To the SDK, too, a null is nothing.
      return JSON.parse(text, (_key, value: unknown) => value ?? undefined) as unknown;
    } catch {
      throw new ApiError('SyntaxError', status);
    }
  };
  return {
    target: `Secrets Manager in ${region}`,
    async call(action, input, signal) {
      const body = JSON.stringify(input);
      for (let attempt = 1; ; attempt += 1) {
        try {
          // The types are those that the API documents; nothing of them is relied on before it was looked at.
          return (await once(action, body, signal)) as never;
        } catch (error) {
          if (attempt === ATTEMPTS || signal.aborted || !isPassing(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
        }
      }
    },
  };
}

/** As the SDK's errors: the name of the API's error, and the status. */
class ApiError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, status: number) {
    super(`${name}, status ${status}`);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
  }
}

/** `com.amazonaws.secretsmanager#ResourceNotFoundException`, as it also may come, without what is before the #. */
function errorName(text: string): string {
  return /"__type"\s*:\s*"(?:[^"#]*#)?(?<name>\w+)/.exec(text)?.groups?.name ?? 'UnknownError';
}

/** Throttled, failed inside, or hung up on: worth another try. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.$metadata.httpStatusCode >= 500 || /^Throttling/.test(error.name);
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

export interface Signable {
  readonly url: URL;
  readonly action: string;
  readonly body: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly now: Date;
}

/** All headers of the request, the signature among them. */
export function signedHeaders({ url, action, body, region, credentials, now }: Signable): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  // In the order of their names, as the signature wants them.
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host: url.host,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
    'x-amz-target': `${SERVICE}.${action}`,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', url.pathname, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = [time.slice(0, 8), region, SERVICE, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n')).toString('hex');
  const credential = `${accessKeyId}/${scope.join('/')}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/**
 * On a connection of its own, so that none is open while Lambda freezes the environment. The signal is listened to by hand: given to
 * Node, it would load what watches streams, which is noticeable in a cold start.
 */
async function post(url: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal) {
  const request = url.protocol === 'https:' ? (await import('node:https')).request : requestHttp;
  signal.throwIfAborted();
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) sent.destroy(new ApiError('AnswerTooLong', response.statusCode ?? 0));
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
      response.on('error', reject);
    });
    const giveUp = () => {
      sent.destroy(new Error('given up'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    sent.on('error', reject);
    sent.on('close', () => {
      signal.removeEventListener('abort', giveUp);
    });
    sent.end(body);
  });
}
