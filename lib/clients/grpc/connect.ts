/** The connection of a gRPC channel. It is opened here, since grpc-js tells neither stages nor codes of errors. */
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { BeginStage } from '../../engine/stages.ts';
import { TLSError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { timeConnecting } from '../connecting.ts';
import { guardStream, isHttp2, wrongProtocol } from '../first-bytes.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { isTlsUrl, portOf } from '../url.ts';
import type { TlsKeys } from '../tls.ts';
import { SocketStream } from './socket-stream.ts';

export interface GrpcServer extends TlsKeys {
  /** `grpc:` or `grpcs:`. */
  readonly url: string;
}

/** A connection on which a channel speaks HTTP/2. */
export class GrpcConnection {
  readonly socket: Socket;
  readonly #target: string;
  readonly #errors: unknown[] = [];
  #stream: Duplex | undefined;
  #isClosedByServer = false;

  constructor(socket: Socket, target: string) {
    this.socket = socket;
    this.#target = target;
    this.#watch(socket);
    socket.once('end', () => {
      this.#isClosedByServer = true;
    });
  }

  #watch(stream: Duplex): void {
    stream.on('error', (error) => {
      this.#errors.push(error);
    });
  }

  /** `node:http2` reads from the handle of a socket, past everything that counts the bytes. A stream has no handle. */
  get stream(): Duplex {
    if (this.#stream === undefined) {
      this.#stream = new SocketStream(this.socket);
      guardStream(this.#stream, this.#target, (first) => refusal(first, this.#target));
      this.#watch(this.#stream);
    }
    return this.#stream;
  }

  destroy(): void {
    this.#stream?.destroy();
    this.socket.destroy();
  }

  /** Whether it can be used no more. */
  get isLost(): boolean {
    return this.socket.destroyed;
  }

  /** Why the connection was lost. */
  get lost(): CheckError {
    const known = networkError(new AggregateError(this.#errors), this.#target);
    if (known !== undefined) return known;
    if (this.#isClosedByServer) return connectionClosed(this.#target);
    return new UnhealthyError(`${this.#target} breaks the protocol HTTP/2, which gRPC is spoken over`);
  }
}

/** @throws CheckError */
export async function openConnection(
  { url, ca, cert, key }: GrpcServer,
  target: string,
  { signal, stage }: { readonly signal: AbortSignal; readonly stage: BeginStage },
): Promise<GrpcConnection> {
  signal.throwIfAborted();
  const tls = isTlsUrl(url);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const address = { host, port: portOf(url) };
  const socket = tls ? connectTls({ ...address, ALPNProtocols: ['h2'], ca, cert, key }) : connectTcp(address);
  const connection = new GrpcConnection(socket, target);
  const destroy = () => {
    connection.destroy();
  };
  signal.addEventListener('abort', destroy, { once: true });
  socket.setNoDelay(true);
  try {
    await new Promise<void>((resolve, reject) => {
      timeConnecting(socket, { host, tls, stage, ready: resolve });
      socket.once('error', reject);
      socket.once('close', () => {
        reject(connectionClosed(target));
      });
    });
    return connection;
  } catch (error) {
    destroy();
    throw connectError(error, target);
  }
}

function connectError(error: unknown, target: string): unknown {
  if (codeOf(error) === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return new TLSError(`no secure connection to ${target}: it refuses HTTP/2, which gRPC needs`);
  return networkError(error, target) ?? error;
}

/** https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const TLS_ALERT = 0x15;
const TLS_VERSION = 0x03;

function refusal(first: Buffer, target: string): CheckError | undefined {
  if (isHttp2(first)) return undefined;
  if (first[0] === TLS_ALERT && (first[1] ?? TLS_VERSION) === TLS_VERSION)
    return new TLSError(`no connection to ${target}: it speaks TLS; write grpcs:// for it`);
  if (first.toString('latin1', 0, 5) === 'HTTP/')
    return new UnhealthyError(`${target} answers in HTTP/1, but gRPC needs HTTP/2; is it the right port?`);
  return wrongProtocol(target);
}
