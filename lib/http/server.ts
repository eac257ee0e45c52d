/** Serves the app on a port, with node:http. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { App } from './app.ts';
import type { Request } from './messages.ts';

/** Longer than Node's 16 KiB, so that a token of a megabyte gets the same answer as any other wrong token. */
const MAX_HEADER_BYTES = 1.25 * 1024 * 1024;
const MAX_CONNECTIONS = 512;
/** Milliseconds that a client may take to send a request. */
const REQUEST_WITHIN_MS = 10_000;

/** @returns A server that is not listening yet. */
export function createHttpServer(app: App): Server {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
  };
  const server = createServer(options, (incoming, outgoing) => {
    incoming.resume(); // no request needs a body, so it is discarded
    void app(toRequest(incoming)).then(({ status, headers, body }) => {
      send(outgoing, status, headers, body, incoming.method === 'HEAD');
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/**
 * Listens, and resolves with the URL.
 *
 * @param port 0 for any free port.
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(actual)}`;
}

/** Accepts no further requests, and resolves when those under way are answered. */
export async function close(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
}

function toRequest({ method = 'GET', url = '/', headers }: IncomingMessage): Request {
  const [path, query] = split(url);
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return { method, path, query: new URLSearchParams(query), headers: Object.fromEntries(single) as Request['headers'] };
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function send(
  outgoing: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  isHead: boolean,
): void {
  const length = isHead ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  outgoing.writeHead(status, { ...headers, ...length });
  outgoing.end(body);
}
