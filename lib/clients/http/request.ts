/**
 * One HTTP exchange on a connection of its own, which is closed before the answer is returned.
 *
 * On `node:http(s)`: the platform's `fetch` keeps its connections in a pool, takes no certificate authority and shows no certificate,
 * unless undici is installed beside it: https://undici.nodejs.org/#/docs/api/Dispatcher
 */
import { request as requestHttp } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { unescape } from 'node:querystring';
import { TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { describe, record } from '../keys.ts';
import { hostOf } from '../url.ts';
import { decompressed, MAX_BODY_BYTES, readAtMost } from './body.ts';
import { httpError } from './errors.ts';

const MAX_REDIRECTS = 10;

/** The key `headers`: what cannot be sent is refused where the document is read. */
export const headersKey = v.optional(
  describe(
    record(
      v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'not a header name')),
      v.pipe(v.string(), v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'a header value cannot hold line feeds or such')),
    ),
    'Headers of the request, by name. They are not sent on to another origin when a redirect leads there.',
  ),
  {},
);

export interface Question {
  /** The kind of check, for messages. */
  readonly kind: string;
  /** `http:` or `https:`; user and password in it are sent as Basic authorization. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** PEM of the certificate authority to trust instead of the public ones. */
  readonly ca?: string | undefined;
}

export interface Answer {
  /** Who answered, for messages: not whom was asked, where a redirect led elsewhere. */
  readonly target: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed, at most 1 MiB. */
  readonly body: Buffer;
  /** False where the body was longer. */
  readonly whole: boolean;
  /** Milliseconds since 1970 at which the certificate of the server expires; undefined without TLS. */
  readonly certificateExpiresAt: number | undefined;
}

/** `http api.example:443`. */
export function webTarget(kind: string, url: string): string {
  return `${kind} ${hostOf(url, /^(https|wss):/.test(url) ? 443 : 80)}`;
}

/**
 * Asks, and follows redirects of GET and HEAD, where `isExpected` does not say that the redirect itself is the answer.
 *
 * @throws CheckError
 */
export async function ask(
  question: Question,
  context: Pick<CheckContext, 'signal' | 'stage'>,
  isExpected: (status: number) => boolean,
): Promise<Answer> {
  let next = toExchange(question);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await exchange(next, context);
    const redirected = isExpected(answer.status) ? undefined : follow(next, answer, question);
    if (redirected === undefined) return answer;
    next = redirected;
  }
  throw new UnhealthyError(`${webTarget(question.kind, question.url)} redirects more than ${MAX_REDIRECTS} times`);
}

type Exchange = Omit<Question, 'url'> & { readonly target: string; readonly url: URL };

function toExchange(question: Question): Exchange {
  const { username, password } = new URL(question.url);
  const userInfo = Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64');
  const authorization = username + password === '' ? {} : { authorization: `Basic ${userInfo}` };
  const headers = { ...authorization, ...question.headers };
  return { ...question, headers, url: bare(question.url), target: webTarget(question.kind, question.url) };
}

/** Without user info, which Node would decode, or fail at. */
function bare(href: string): URL {
  const url = new URL(href);
  url.username = url.password = '';
  return url;
}

function follow(last: Exchange, { status, headers }: Answer, first: Question): Exchange | undefined {
  const { location } = headers;
  if (status < 300 || status > 399 || location === undefined || !['GET', 'HEAD'].includes(last.method))
    return undefined;
  const url = URL.canParse(location, last.url.href) ? bare(new URL(location, last.url).href) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.origin === last.url.origin) return { ...last, url };
  const target = `${webTarget(last.kind, url.href)}, where ${webTarget(first.kind, first.url)} redirects to,`;
  return { kind: last.kind, target, url, method: last.method, headers: {}, ca: last.ca };
}

async function exchange(
  exchange: Exchange,
  { signal, stage }: Pick<CheckContext, 'signal' | 'stage'>,
): Promise<Answer> {
  const { url, target, method, headers, body, ca } = exchange;
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const sent = request(url, {
    method,
    headers: {
      'user-agent': 'healthgate',
      accept: '*/*',
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }), // Node leaves it out for GET and DELETE
      ...headers,
    },
    agent: false,
    signal,
    ca,
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject); // not `once`: the socket may fail after the answer, too
      sent.once('close', () => {
        reject(connectionClosed(target));
      });
      sent.end(body);
    });
    const { statusCode: status = 0, socket } = response;
    stage(`it answered ${status}, and the body of the answer did not end`);
    const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : undefined;
    const { bytes, whole } = await readAtMost(decompressed(response), MAX_BODY_BYTES);
    return {
      target,
      status,
      headers: response.headers,
      body: bytes,
      whole,
      certificateExpiresAt: certificate === undefined ? undefined : Date.parse(certificate),
    };
  } catch (error) {
    throw httpError(error, target) ?? networkError(error, target) ?? error;
  } finally {
    sent.destroy();
  }
}
