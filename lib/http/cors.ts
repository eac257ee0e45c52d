/**
 * Lets pages of other origins read answers, whatever their status. Loaded only where a deployment names origins.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { Request, Response } from './messages.ts';

/** The origins whose pages may read answers. */
export type Origins = '*' | readonly string[];

const EXPOSED = { 'access-control-expose-headers': 'X-Health-Status, Age' };
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'Authorization, Cache-Control',
  // Seconds for which a browser need not ask again.
  'access-control-max-age': '600',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

export interface Cors {
  /**
   * The answer to `OPTIONS`; undefined for other methods. It is the same for every path, so that it tells nothing about
   * tokens.
   */
  readonly preflight: Response | undefined;
  /** The headers of the answer, with those that let pages of the request's origin read it, if they may. */
  readonly readable: (response: Response) => Pick<Response, 'headers'>;
}

/** What the protocol adds to the answer to the request. */
export function cors(origins: Origins, { method, headers: { origin } }: Request): Cors {
  const allowed = origins === '*' ? '*' : origins.find((one) => one === origin);
  const granted = allowed === undefined ? {} : { 'access-control-allow-origin': allowed, ...EXPOSED };
  return {
    preflight: method === 'OPTIONS' ? { status: 204, headers: PREFLIGHT, body: '' } : undefined,
    readable: ({ headers }) => {
      const vary = headers.vary === undefined ? 'Origin' : `${headers.vary}, Origin`;
      return { headers: { ...headers, vary, ...granted } };
    },
  };
}
