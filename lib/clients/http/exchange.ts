/**
 * One HTTP exchange on a new connection, which is closed before the answer is returned.
 *
 * It uses `node:http(s)`: the platform's `fetch` keeps its connections in a pool. It takes no certificate authority and
 * shows no certificate unless undici is installed: https://undici.nodejs.org/#/docs/api/Dispatcher
 */
import { request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { beginHandshake, HTTP_OVER_TLS, timeConnecting } from '../connecting.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { readBody } from './body.ts';
import { httpError } from './errors.ts';
import type { Proxy } from './proxy.ts';
import { loginError, openTunnel, proxyName, sendToProxy } from './via-proxy.ts';

export interface Exchange {
  /** For messages. */
  readonly target: string;
  /** Without user, password and fragment. */
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** PEM of the certificate authority to trust instead of the public ones. */
  readonly ca?: string | undefined;
  /** PEM of the certificate to show to a server that asks for one, and of its private key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Goes through this proxy. */
  readonly proxy: Proxy | undefined;
  /** Whether to read the body of this answer. */
  readonly reads: (status: number, headers: IncomingHttpHeaders) => boolean;
}

export interface HttpResponse {
  /** The server that answered, for messages. After a redirect, it is not the one that was asked. */
  readonly target: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed, at most 1 MiB; empty if it was not read. */
  readonly body: Buffer;
  /** False if the body was longer, or was not read. */
  readonly whole: boolean;
  /** When the server's certificate expires, in milliseconds since 1970; undefined without TLS. */
  readonly certificateExpiresAt: number | undefined;
  /** IP address of the server; undefined behind a proxy. */
  readonly address: string | undefined;
}

type Stages = Pick<CheckContext, 'signal' | 'stage'>;

/** @throws CheckError */
export async function exchange(exchange: Exchange, { signal, stage }: Stages): Promise<HttpResponse> {
  const { url, proxy, reads } = exchange;
  const tls = url.protocol === 'https:';
  const relayed = proxy && { ...exchange, proxy };
  const tunnel = relayed && tls ? await openTunnel(relayed, { signal, stage }) : undefined;
  const isForwarded = relayed !== undefined && !tls;
  const target = isForwarded
    ? `${exchange.target}, asked through the proxy ${relayed.proxy.address},`
    : exchange.target;
  const peer = isForwarded ? proxyName(relayed) : target;
  const ready = () => {
    stage('first byte', 'while waiting for the first byte');
  };
  const options = optionsOf(exchange, signal);
  const sent = isForwarded
    ? sendToProxy(relayed, { ...options, path: url.origin + url.pathname + url.search }, stage, ready)
    : sendToServer(exchange, options, tunnel, { stage, ready });
  try {
    const response = await answerTo(sent, exchange.body, peer);
    const { statusCode: status = 0, headers, socket } = response;
    if (isForwarded && status === 407) throw loginError(status, relayed);
    const certificate = socket instanceof TLSSocket && tls ? socket.getPeerCertificate().valid_to : undefined;
    const address = proxy === undefined ? socket.remoteAddress : undefined;
    const isRead = reads(status, headers);
    if (isRead) stage('body', `while reading the body; it answered ${status}`);
    const { bytes, whole } = isRead ? await readBody(response, target) : { bytes: Buffer.alloc(0), whole: false };
    return {
      target,
      status,
      headers,
      body: bytes,
      whole,
      certificateExpiresAt: certificate === undefined ? undefined : Date.parse(certificate),
      address,
    };
  } catch (error) {
    throw httpError(error, peer) ?? networkError(error, peer) ?? error;
  } finally {
    sent.destroy();
    tunnel?.destroy();
  }
}

function optionsOf({ url, method, headers, body }: Exchange, signal: AbortSignal) {
  return {
    method,
    headers: {
      host: url.host,
      'user-agent': 'healthgate',
      accept: '*/*',
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }), // Node leaves it out for GET and DELETE
      ...headers,
    },
    signal,
  };
}

/** @param tunnel A connection to the server, if there is one already. */
function sendToServer(
  { url, ca, cert, key }: Exchange,
  options: ReturnType<typeof optionsOf>,
  tunnel: Socket | undefined,
  { stage, ready }: Pick<CheckContext, 'stage'> & { readonly ready: () => void },
): ClientRequest {
  const tls = url.protocol === 'https:';
  const over = { ...HTTP_OVER_TLS, agent: false, ca, cert, key, ...(tunnel !== undefined && { socket: tunnel }) };
  const sent = (tls ? requestHttps : requestHttp)(url, { ...options, ...over });
  sent.once('socket', (socket) => {
    if (tunnel === undefined) {
      timeConnecting(socket, { host: url.hostname.replace(/^\[|\]$/g, ''), tls, stage, ready });
      return;
    }
    beginHandshake(socket, stage);
    socket.once('secureConnect', ready);
  });
  return sent;
}

function answerTo(sent: ClientRequest, body: string | undefined, peer: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.on('error', reject); // not `once`: the socket may also fail after the answer
    sent.once('close', () => {
      reject(connectionClosed(peer));
    });
    sent.end(body);
  });
}
