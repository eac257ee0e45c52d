/** An HTTP server that records whole requests. The caller must stop it. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { close, listen } from '../../lib/http/server.ts';
import type { FixedAnswer } from './fixed-answer.ts';

export interface Recorded {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RecordingServer {
  readonly url: string;
  /** In the order in which they came. */
  readonly requests: Recorded[];
  stop(): Promise<void>;
}

export async function recordingServer(answer: (request: Recorded) => FixedAnswer): Promise<RecordingServer> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const recorded = { method, path, headers, body };
      requests.push(recorded);
      const { status, headers: answered = {}, body: sent = '' } = answer(recorded);
      response.writeHead(status, answered).end(sent);
    });
  });
  const url = await listen(server, '127.0.0.1', 0);
  return { url, requests, stop: () => close(server) };
}
