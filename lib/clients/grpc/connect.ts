/** The connection of a gRPC channel. It is opened here, since grpc-js tells neither stages nor codes of errors. */
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
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

export interface GrpcServer extends TlsKeys {
  /** `grpc:` or `grpcs:`. */
  readonly url: string;
}

/** An open connection, before the first byte of HTTP/2. */
export class GrpcConnection {
  readonly socket: Socket;
  readonly stream: Duplex;
  readonly #target: string;
  #lost: unknown;
  #isClosedByServer = false;

  constructor(socket: Socket, target: string) {
    this.socket = socket;
    this.#target = target;
    // `node:http2` reads from the handle of a socket, past everything that counts the bytes. A stream has no handle.
    this.stream = Duplex.from({ readable: socket, writable: socket });
    guardStream(this.stream, target, (first) => refusal(first, target));
    for (const part of [socket, this.stream]) {
      part.on('error', (error) => {
        this.#lost ??= error;
      });
    }
    socket.once('end', () => {
      this.#isClosedByServer = true;
    });
  }

  destroy(): void {
    this.stream.destroy();
    this.socket.destroy();
  }

  /** Why the connection was lost. */
  get lost(): CheckError {
    const known = networkError(this.#lost, this.#target);
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
  const tls = isTlsUrl(url);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const address = { host, port: portOf(url) };
  const socket = tls ? connectTls({ ...address, ALPNProtocols: ['h2'], ca, cert, key }) : connectTcp(address);
  const destroy = () => {
    socket.destroy();
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
  } catch (error) {
    socket.destroy();
    signal.removeEventListener('abort', destroy);
    throw connectError(error, target);
  }
  return new GrpcConnection(socket, target);
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
