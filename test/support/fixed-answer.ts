/** An HTTP server that gives every request the same answer and records the requests. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

export interface FixedAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface AskedOf {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export interface FixedAnswerServer {
  /** `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly port: number;
  readonly asked: readonly AskedOf[];
  stop(): Promise<void>;
}

/** @param answer One answer for all requests, or a function from the number of a request, from 0, to its answer. */
export async function fixedAnswer(answer: FixedAnswer | ((index: number) => FixedAnswer)): Promise<FixedAnswerServer> {
  const asked: AskedOf[] = [];
  const server = createServer((request, response) => {
    const { status, headers = {}, body = '' } = typeof answer === 'function' ? answer(asked.length) : answer;
    asked.push({ method: request.method, path: request.url, headers: request.headers });
    request.resume();
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
