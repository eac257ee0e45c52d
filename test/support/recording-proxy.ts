/** Stands before the emulator, passes everything on as it is, and keeps what was asked and answered. */
import { createServer, request as ask } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RecordedCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly answer: string;
}

export interface RecordingProxy {
  readonly endpoint: string;
  readonly port: number;
  /** In the order of their answers. */
  readonly calls: readonly RecordedCall[];
  stop(): Promise<void>;
}

/** @param endpoint Of the emulator: `http://127.0.0.1:1234`. */
export async function recordingProxy(endpoint: string): Promise<RecordingProxy> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    const passOn = async () => {
      const body = await buffer(request);
      const answer = await answerOf(endpoint, { method, path, headers, body });
      const bytes = await buffer(answer);
      calls.push({ method, path, headers, body: body.toString(), answer: bytes.toString() });
      response.writeHead(answer.statusCode ?? 500, answer.headers).end(bytes);
    };
    passOn().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    port: address.port,
    calls,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Request = Pick<RecordedCall, 'method' | 'path' | 'headers'> & { readonly body: Buffer };

/** The header `host` stays as it is: it is a part of what was signed. */
function answerOf(endpoint: string, { method, path, headers, body }: Request): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    ask(new URL(path, endpoint), { method, headers, agent: false }, resolve).once('error', reject).end(body);
  });
}
