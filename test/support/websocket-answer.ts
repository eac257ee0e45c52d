/** What a WebSocket server sends by itself until it closes the connection. */
import { WebSocket } from 'ws';

export interface WebSocketAnswered {
  /** Texts; binary messages as buffers. */
  readonly messages: readonly (string | Buffer)[];
  readonly code: number;
  readonly reason: string;
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
}

/** @throws Error with the status, if the server answers over HTTP instead. */
export async function webSocketAnswer(url: string, protocols: string[] = []): Promise<WebSocketAnswered> {
  const client = new WebSocket(url, protocols);
  const messages: (string | Buffer)[] = [];
  client.on('message', (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString()));
  return new Promise((resolve, reject) => {
    client.once('error', reject);
    client.once('close', (code, reason) => {
      resolve({ messages, code, reason: reason.toString(), protocol: client.protocol });
    });
  });
}
