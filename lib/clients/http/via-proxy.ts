/** Speaks with a proxy: `CONNECT` for `https:`, whose answer is a tunnel to the target; the whole URL for `http:`. */
import { request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { AuthError, ConnectionError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { HTTP_OVER_TLS, timeConnecting } from '../connecting.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { httpError } from './errors.ts';
import type { Proxy } from './proxy.ts';

/** A request for `target` that goes to a proxy. */
export interface Relayed {
  readonly proxy: Proxy;
  readonly url: URL;
  /** For messages: `http api.example:443`. */
  readonly target: string;
  /** PEM of a certificate authority that the proxy may have too. The public ones are trusted as well. */
  readonly ca?: string | undefined;
}

/** Names the proxy for messages: `the proxy proxy.example:3128 (for http api.example:443)`. */
export function proxyName({ proxy, target }: Pick<Relayed, 'proxy' | 'target'>): string {
  return `the proxy ${proxy.address} (for ${target})`;
}

/** Sends a request to the proxy, and times its connection. */
export function sendToProxy(
  { proxy, ca }: Relayed,
  {
    headers,
    ...options
  }: Omit<RequestOptions, 'headers'> & { readonly headers: Readonly<Record<string, string | number>> },
  stage: BeginStage,
  ready: () => void,
): ClientRequest {
  const { protocol, port } = proxy.url;
  const host = proxy.url.hostname.replace(/^\[|\]$/g, '');
  const tls = protocol === 'https:';
  const sent = (tls ? requestHttps : requestHttp)({
    ...options,
    host,
    port: port === '' ? undefined : port,
    agent: false,
    headers: {
      ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      ...headers,
    },
    // Otherwise Node would expect the host of the header, which is the target, in the certificate of the proxy.
    ...(tls && {
      ...HTTP_OVER_TLS,
      servername: isIP(host) === 0 ? host : '',
      ca: ca === undefined ? undefined : [ca, ...rootCertificates],
    }),
  });
  const named: BeginStage = (name, when = '') => {
    stage(name, `${when} (proxy ${proxy.address})`);
  };
  sent.once('socket', (socket) => {
    timeConnecting(socket, { host, tls, stage: named, ready });
  });
  return sent;
}

/**
 * A connection through the proxy to the target. The caller destroys it.
 *
 * @throws CheckError that blames the proxy.
 */
export async function openTunnel(
  relayed: Relayed,
  { signal, stage }: Pick<CheckContext, 'signal' | 'stage'>,
): Promise<Socket> {
  const { proxy, url } = relayed;
  const name = proxyName(relayed);
  const place = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const headers = { host: place, 'user-agent': 'healthgate' };
  const sent = sendToProxy(relayed, { method: 'CONNECT', path: place, headers, signal }, stage, () => {
    stage('proxy', `while waiting for the proxy ${proxy.address} to connect`);
  });
  try {
    const { status, socket, head } = await new Promise<Connected>((resolve, reject) => {
      sent.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
        resolve({ status: statusCode, socket, head });
      });
      sent.on('error', reject);
      sent.once('close', () => {
        reject(connectionClosed(name));
      });
      sent.end();
    });
    socket.on('error', () => undefined); // whoever uses it gets the error
    if (status >= 200 && status <= 299 && !signal.aborted) {
      if (head.length > 0) socket.unshift(head);
      return socket;
    }
    socket.destroy();
    signal.throwIfAborted();
    throw refusal(status, relayed);
  } catch (error) {
    sent.destroy();
    throw httpError(error, name) ?? networkError(error, name) ?? error;
  }
}

interface Connected {
  readonly status: number;
  readonly socket: Socket;
  /** What came after the headers of the answer. */
  readonly head: Buffer;
}

/** For a proxy that does not let a client in. */
export function loginError(status: number, relayed: Relayed): CheckError {
  const why = 'it requires credentials, or refused those it got';
  return new AuthError(`${proxyName(relayed)} answered ${status}: ${why}`);
}

/** @param status The answer to `CONNECT`. A proxy that cannot reach the server says 502, 503 or 504; some say 500. */
function refusal(status: number, relayed: Relayed): CheckError {
  // Some say 401 where 407 is meant. It cannot come from the server, whom nobody has reached yet.
  if (status === 407 || status === 401) return loginError(status, relayed);
  const { proxy, target } = relayed;
  const answered = `the proxy ${proxy.address} answered CONNECT with ${status}`;
  if (status === 403) return new AuthError(`${answered}: it does not allow connections to ${target}`);
  return status >= 500
    ? new ConnectionError(`no connection to ${target}: ${answered}; can the proxy reach it?`)
    : new UnhealthyError(`no connection to ${target}: ${answered}, expected 200; is it a proxy?`);
}
