/** What a deployment sets about the endpoint, from text to what the app takes. Loaded only where something is set. */
import { NAMESPACE } from '../document/tokens.ts';
import { ConfigurationError } from '../errors.ts';
import type { AppOptions } from './app.ts';
import type { Origins } from './cors.ts';

/** Characters that no client and no proxy encodes in a path, so that the base path is found as it is written. */
const SEGMENTS = /^(?:\/[\w.~!$&'()*+,;=:@-]+)+$/;
const DOTS = /\/\.{1,2}(?:\/|$)/;

/** The values of HEALTHGATE_BASE_PATH, HEALTHGATE_CORS_ORIGINS and HEALTHGATE_PUBLIC_NAMESPACE. */
interface Texts {
  readonly basePath?: string | undefined;
  readonly corsOrigins?: string | undefined;
  readonly publicNamespace?: string | undefined;
}

/** @throws ConfigurationError that names the variable with the mistake. */
export function parseOptions({ basePath = '', corsOrigins = '', publicNamespace = '' }: Texts): AppOptions {
  return {
    basePath: parseBasePath(basePath),
    corsOrigins: parseOrigins(corsOrigins),
    publicNamespace: parseNamespaceName(publicNamespace.trim()),
  };
}

function parseNamespaceName(name: string): string | undefined {
  if (name === '') return undefined;
  if (NAMESPACE.test(name)) return name;
  throw new ConfigurationError('HEALTHGATE_PUBLIC_NAMESPACE: expected the name of a namespace, such as prod');
}

/**
 * Reads a base path: `/ops`, also written `ops` (as API Gateway writes its mapping keys) or `/ops/`.
 *
 * @returns Without a slash at the end; empty for none.
 */
function parseBasePath(text: string): string {
  const path = `/${text.trim()}`.replace(/^\/+/, '/').replace(/\/+$/, '');
  if (path === '' || (SEGMENTS.test(path) && !DOTS.test(path))) return path;
  throw new ConfigurationError('HEALTHGATE_BASE_PATH: expected the beginning of a path, such as /ops');
}

/**
 * Reads the origins whose pages may read answers: `*`, or origins separated by commas.
 *
 * @returns Undefined for none.
 */
function parseOrigins(text: string): Origins | undefined {
  const items = text.split(',').flatMap((item) => item.trim() || []);
  if (items.length === 0) return undefined;
  if (items.length === 1 && items[0] === '*') return '*';
  return items.map(originOf);
}

function originOf(item: string): string {
  const url = URL.canParse(item) ? new URL(item) : undefined;
  const isOrigin = /^https?:\/\/[^/*@?#\s]+\/?$/i.test(item);
  if (url !== undefined && isOrigin) return url.origin;
  const expected = 'expected * alone, or origins such as https://status.example, separated by commas';
  throw new ConfigurationError(`HEALTHGATE_CORS_ORIGINS: ${expected}`);
}
