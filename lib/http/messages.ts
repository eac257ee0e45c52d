/** Requests and answers, independent of what carries them: node:http, Lambda events, tests. */
import type { WebSocketAnswer } from '../formats/format.ts';

export interface Request {
  readonly method: string;
  /** As sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until the carrier of the request gives up on it. */
  readonly remainingMs?: number | undefined;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the client gets instead if it asks for a WebSocket, where it can. */
  readonly webSocket?: WebSocketAnswer;
}
