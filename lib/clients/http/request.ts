/**
 * One HTTP exchange on a new connection, which is closed before the answer is returned.
 *
 * It uses `node:http(s)`: the platform's `fetch` keeps its connections in a pool. It takes no certificate authority and
 * shows no certificate unless undici is installed: https://undici.nodejs.org/#/docs/api/Dispatcher
 */
import { request as requestHttp } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { unescape } from 'node:querystring';
import { TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { timeConnecting } from '../connecting.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { describe, record } from '../keys.ts';
import { addressIn, hostOf } from '../url.ts';
import { decompressed, MAX_BODY_BYTES, readAtMost } from './body.ts';
import { httpError } from './errors.ts';

const MAX_REDIRECTS = 10;

/** The key `headers`. A header that cannot be sent is refused when the document is read. */
export const headersKey = v.optional(
  describe(
    record(
      v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'not a valid header name')),
      v.pipe(
        v.string(),
        v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'a header value must not contain line feeds or other control characters'),
      ),
    ),
    'Headers of the request, by name. After a redirect to another origin, they are not sent there.',
    { 'x-api-version': '2' },
  ),
  {},
);

export interface HttpRequest {
  /** The kind of check, for messages. */
  readonly kind: string;
  /** `http:` or `https:`; its user and password are sent as Basic authorization. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** PEM of the certificate authority to trust instead of the public ones. */
  readonly ca?: string | undefined;
  /** PEM of the certificate to show to a server that asks for one, and of its private key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface HttpResponse {
  /** The server that answered, for messages. After a redirect, it is not the one that was asked. */
  readonly target: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed, at most 1 MiB. */
  readonly body: Buffer;
  /** False if the body was longer. */
  readonly whole: boolean;
  /** When the server's certificate expires, in milliseconds since 1970; undefined without TLS. */
  readonly certificateExpiresAt: number | undefined;
  /** IP address of the server. */
  readonly address: string | undefined;
}

/** `http api.example:443`. */
export function webTarget(kind: string, url: string): string {
  return `${kind} ${hostOf(url, /^(https|wss):/.test(url) ? 443 : 80)}`;
}

/** The addresses that a check of this URL needs. */
export function webNeeds({ url }: { readonly url: string }): readonly string[] {
  return [addressIn(webTarget('http', url))];
}

/**
 * Sends a request. Follows redirects of GET and HEAD, unless `isExpected` accepts the status of the redirect itself.
 *
 * @throws CheckError
 */
export async function send(
  request: HttpRequest,
  context: Pick<CheckContext, 'signal' | 'stage'>,
  isExpected: (status: number) => boolean,
): Promise<HttpResponse> {
  let next = toExchange(request);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await exchange(next, context);
    const redirected = isExpected(response.status) ? undefined : follow(next, response, request);
    if (redirected === undefined) return response;
    next = redirected;
  }
  throw new UnhealthyError(`${webTarget(request.kind, request.url)} redirects more than ${MAX_REDIRECTS} times`);
}

type Exchange = Omit<HttpRequest, 'url'> & { readonly target: string; readonly url: URL };

function toExchange(request: HttpRequest): Exchange {
  const { username, password } = new URL(request.url);
  const userInfo = Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64');
  const authorization = username + password === '' ? {} : { authorization: `Basic ${userInfo}` };
  const headers = { ...authorization, ...request.headers };
  return { ...request, headers, url: bare(request.url), target: webTarget(request.kind, request.url) };
}

/** The URL without user info, which Node would decode or reject. */
function bare(href: string): URL {
  const url = new URL(href);
  url.username = url.password = '';
  return url;
}

function follow(last: Exchange, { status, headers }: HttpResponse, first: HttpRequest): Exchange | undefined {
  const { location } = headers;
  if (status < 300 || status > 399 || location === undefined || !['GET', 'HEAD'].includes(last.method))
    return undefined;
  const url = URL.canParse(location, last.url.href) ? bare(new URL(location, last.url).href) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.origin === last.url.origin) return { ...last, url };
  const target = `${webTarget(last.kind, url.href)}, to which ${webTarget(first.kind, first.url)} redirects,`;
  return { kind: last.kind, target, url, method: last.method, headers: {}, ca: last.ca };
}

async function exchange(
  exchange: Exchange,
  { signal, stage }: Pick<CheckContext, 'signal' | 'stage'>,
): Promise<HttpResponse> {
  const { url, target, method, headers, body, ca, cert, key } = exchange;
  const tls = url.protocol === 'https:';
  const sent = (tls ? requestHttps : requestHttp)(url, {
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
    cert,
    key,
  });
  const ready = () => {
    stage('first byte', 'while waiting for the first byte');
  };
  sent.once('socket', (socket) => {
    timeConnecting(socket, { host: url.hostname.replace(/^\[|\]$/g, ''), tls, stage, ready });
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject); // not `once`: the socket may also fail after the answer
      sent.once('close', () => {
        reject(connectionClosed(target));
      });
      sent.end(body);
    });
    const { statusCode: status = 0, socket } = response;
    stage('body', `while reading the body; it answered ${status}`);
    const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : undefined;
    const address = socket.remoteAddress;
    const { bytes, whole } = await readAtMost(decompressed(response), MAX_BODY_BYTES);
    return {
      target,
      status,
      headers: response.headers,
      body: bytes,
      whole,
      certificateExpiresAt: certificate === undefined ? undefined : Date.parse(certificate),
      address,
    };
  } catch (error) {
    throw httpError(error, target) ?? networkError(error, target) ?? error;
  } finally {
    sent.destroy();
  }
}
