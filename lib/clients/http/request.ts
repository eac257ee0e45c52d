/** A request over HTTP, and the redirects that it leads to. */
import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { describe, record } from '../keys.ts';
import { addressIn, hostOf, portOf } from '../url.ts';
import { Cookies } from './cookies.ts';
import { exchange } from './exchange.ts';
import type { Exchange, HttpResponse } from './exchange.ts';
import { basicLogin, withoutLogin } from './login.ts';
import type { Proxy } from './proxy.ts';

export type { HttpResponse };

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

export interface HttpRequest extends Pick<Exchange, 'method' | 'headers' | 'body' | 'ca' | 'cert' | 'key'> {
  /** The kind of check, for messages. */
  readonly kind: string;
  /** `http:` or `https:`; its user and password are sent as Basic authorization. */
  readonly url: string;
  /** Whether to read the body of the answer. */
  readonly readsBody: boolean;
  /** Gets the headers of each answer before its body is read, which may break off. */
  readonly onHeaders?: ((headers: IncomingHttpHeaders) => void) | undefined;
  /** Finds the proxy for a URL. Without it, every server is asked directly. */
  readonly proxyFor?: ((url: URL) => Proxy | undefined) | undefined;
}

/** `http api.example:443`. */
export function webTarget(kind: string, url: string): string {
  return `${kind} ${hostOf(url, portOf(url))}`;
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
  const { kind, url: href, method, readsBody, proxyFor } = request;
  const first = webTarget(kind, href);
  const authorization = basicLogin(href);
  const cookies = new Cookies();
  let { body, cert, key } = request;
  let headers: Readonly<Record<string, string>> = { ...(authorization && { authorization }), ...request.headers };
  let [url, target] = [withoutLogin(href), first];
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const next = (status: number, answer: IncomingHttpHeaders) =>
      isExpected(status) || !['GET', 'HEAD'].includes(method) ? undefined : redirectIn(url, status, answer);
    const reads = (status: number, answer: IncomingHttpHeaders) => {
      request.onHeaders?.(answer);
      return readsBody && next(status, answer) === undefined;
    };
    const proxy = proxyFor?.(url);
    const sent = { target, url, method, headers: withCookies(headers, cookies, url), body, ca: request.ca, cert, key };
    const response = await exchange({ ...sent, proxy, reads }, context);
    const redirected = next(response.status, response.headers);
    if (redirected === undefined) return response;
    cookies.keep(url, response.headers);
    if (redirected.origin !== url.origin) {
      headers = {};
      body = cert = key = undefined;
      target = `${webTarget(kind, redirected.href)}, to which ${first} redirects,`;
    }
    url = redirected;
  }
  throw new UnhealthyError(`${first} redirects more than ${MAX_REDIRECTS} times`);
}

/** Where a redirect of this URL leads; undefined if it is none that can be followed. */
function redirectIn(from: URL, status: number, { location }: IncomingHttpHeaders): URL | undefined {
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, from.href)) return undefined;
  const url = withoutLogin(new URL(location, from).href);
  return ['http:', 'https:'].includes(url.protocol) ? url : undefined;
}

function withCookies(headers: Readonly<Record<string, string>>, cookies: Cookies, url: URL): Record<string, string> {
  const own = Object.entries(headers).find(([name]) => name.toLowerCase() === 'cookie')?.[1];
  const cookie = cookies.header(url, own);
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'cookie');
  return { ...Object.fromEntries(others), ...(cookie !== undefined && { cookie }) };
}
