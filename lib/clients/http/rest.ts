/** Asks the HTTP interface of a server for JSON. */
import * as v from 'valibot';
import type { CheckContext } from '../../engine/types.ts';
import { httpUrl } from '../keys.ts';
import { send } from './request.ts';
import type { HttpResponse } from './request.ts';

export interface RestServer {
  /** The kind of check, for messages. */
  readonly kind: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The URL of a server, or of a path on it under which its interface is. */
export function serverRoot() {
  return v.pipe(
    httpUrl(),
    v.regex(/^[^?#]*$/, 'must end with the host or a path: it takes no ?parameters and no #fragment'),
  );
}

/** The URL of this path below the URL of the server. */
export function below(url: string, path: string): string {
  return url.replace(/\/*$/, '') + path;
}

/**
 * Gets the answer to GET, or to POST if there is a body.
 *
 * @throws CheckError
 */
export function ask(
  { kind, url, headers = {}, ca, cert, key }: RestServer,
  context: Pick<CheckContext, 'signal' | 'stage'>,
  body?: object,
): Promise<HttpResponse> {
  const request = {
    kind,
    url,
    ...{ ca, cert, key },
    readsBody: true,
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  };
  return send(request, context, () => false);
}
