import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';
import { Http2SubchannelConnector } from '@grpc/grpc-js/build/src/transport.js'; // the package does not export it

export { Client, Metadata, status } from '@grpc/grpc-js';
export { fromJSON } from '@grpc/proto-loader';

/** The option that opens the connection of a channel. grpc-js keeps options that it does not know. */
export const CONNECTION = 'healthgate.connection';

// A channel cannot be given a connection. Those that it opens have neither stages nor codes of errors.
const connector = Http2SubchannelConnector.prototype as unknown as Connector;
const { tcpConnect } = connector;
connector.tcpConnect = function (address, options) {
  const open = options[CONNECTION] as (() => Promise<Socket>) | undefined;
  return open === undefined ? tcpConnect.call(this, address, options) : open();
};

/** The part that the types of grpc-js do not expose. */
interface Connector {
  tcpConnect: (this: Connector, address: unknown, options: Readonly<Record<string, unknown>>) => Promise<Socket>;
}

/** For a channel that is given its connection. What is sent and received goes through the stream. */
export class OpenConnection extends ChannelCredentials {
  readonly #stream: () => Promise<Duplex>;
  readonly #isSecure: boolean;

  constructor(stream: () => Promise<Duplex>, isSecure: boolean) {
    super();
    this.#stream = stream;
    this.#isSecure = isSecure;
  }

  override _isSecure(): boolean {
    return this.#isSecure;
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  override _createSecureConnector(): ReturnType<ChannelCredentials['_createSecureConnector']> {
    const none = CallCredentials.createEmpty();
    // grpc-js only listens for errors and for the end, and hands it to `node:http2`, which takes any stream.
    const connect = async () => {
      const stream: unknown = await this.#stream();
      return { socket: stream as Socket, secure: this.#isSecure };
    };
    return {
      waitForReady: () => Promise.resolve(),
      connect,
      getCallCredentials: () => none,
      destroy: () => undefined,
    };
  }
}
