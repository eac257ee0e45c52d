import type { Request } from './messages.ts';

export interface TokenPath {
  /** Undefined if the request has none. */
  readonly token: string | undefined;
  /** Names from the top of the tree. */
  readonly part: readonly string[];
}

const PREFIX = '/api/health/';

/**
 * Parses `/api/health/<token>/<name>/…`. A trailing slash is optional. A token in the path takes precedence over one in
 * the header.
 *
 * @returns undefined for any other path, and for one that cannot be decoded.
 */
export function parseTokenPath({ path, headers }: Request): TokenPath | undefined {
  const closed = path.endsWith('/') ? path : `${path}/`;
  if (!closed.startsWith(PREFIX)) return undefined;
  const names = decodeAll(closed.slice(PREFIX.length).split('/').slice(0, -1));
  if (names === undefined || names.includes('')) return undefined;
  const [token = tokenIn(headers.authorization), ...part] = names;
  return { token, part };
}

function decodeAll(names: readonly string[]): string[] | undefined {
  try {
    return names.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The token in an `Authorization` header. */
export function tokenIn(authorization: string | undefined): string | undefined {
  return /^(?:JWT|Bearer) +(?<token>\S+)\s*$/i.exec(authorization ?? '')?.groups?.token;
}
