/**
 * Secrets Manager without the SDK. In Lambda, the environment holds all that the SDK would have to find out.
 * A call is one signed POST of JSON:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { limitIntake } from '../intake.ts';
import type { Api } from './secrets-manager-api.ts';

const SERVICE = 'secretsmanager';
const ATTEMPTS = 2;
const RETRY_AFTER_MS = 100;

/** Variables that lead the SDK to other endpoints or credentials. */
const LEFT_TO_THE_SDK = [
  'AWS_PROFILE',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/**
 * Regions of the partitions whose endpoints end in amazonaws.com:
 * https://docs.aws.amazon.com/general/latest/gr/asm.html
 */
const REGION = /^(?!cn-|eusc-|us-iso|eu-iso)[a-z]{2}(?:-gov)?-[a-z]+-\d+$/;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Undefined outside Lambda, and if the environment asks for something special: the SDK handles those cases. */
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
    if (status !== 200) throw new ApiError(errorName(text), status, errorWords(text));
    try {
      // The SDK drops nulls too.
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
          // The types are those that the API documents; callers check each value before they rely on it.
          return (await once(action, body, signal)) as never;
        } catch (error) {
          if (attempt === ATTEMPTS || signal.aborted || !isTransient(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
        }
      }
    },
  };
}

/** Like the SDK's errors: it has the API's name for the error, and the status. */
class ApiError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  /** @param words AWS's own message. */
  constructor(name: string, status: number, words = '') {
    super(words);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
  }
}

/** The name may have a prefix that ends in #: `com.amazonaws.secretsmanager#ResourceNotFoundException`. */
function errorName(text: string): string {
  return /"__type"\s*:\s*"(?:[^"#]*#)?(?<name>\w+)/.exec(text)?.groups?.name ?? 'UnknownError';
}

function errorWords(text: string): string {
  try {
    const { message, Message = message } = JSON.parse(text) as { message?: unknown; Message?: unknown };
    return typeof Message === 'string' ? Message : '';
  } catch {
    return '';
  }
}

/** The call was throttled, failed inside AWS, or lost its connection: worth another try. */
function isTransient(error: unknown): boolean {
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

/** All headers of the request, including the signature. */
export function signedHeaders({ url, action, body, region, credentials, now }: Signable): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  // Sorted by name, as the signature requires.
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
 * Uses a new connection, so that none is open while Lambda freezes the environment. The abort listener is set by hand:
 * if Node got the signal, it would load its code for watching streams, which noticeably slows down a cold start.
 */
async function post(url: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal) {
  const request = url.protocol === 'https:' ? (await import('node:https')).request : requestHttp;
  signal.throwIfAborted();
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
      response.on('error', reject);
    });
    const giveUp = () => {
      sent.destroy(new Error('given up'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    sent.once('socket', (socket) => {
      limitIntake(socket);
    });
    sent.on('error', reject);
    sent.on('close', () => {
      signal.removeEventListener('abort', giveUp);
    });
    sent.end(body);
  });
}
