/** Serves the app on a port, with node:http. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { App } from './app.ts';
import { ClientSockets } from './sockets.ts';
import type { Request, Response } from './messages.ts';

/** Longer than Node's 16 KiB, so that a token of a megabyte gets the same answer as any other wrong token. */
const MAX_HEADER_BYTES = 1.25 * 1024 * 1024;
/** Milliseconds that a client may take to send a request, and between looks for those that take longer. */
const REQUEST_WITHIN_MS = 10_000;
const CHECKED_EVERY_MS = 1000;
/** Milliseconds without a byte in either direction: longer than a run, and an end to clients that read nothing. */
const SILENT_FOR_MS = 60_000;
/** Milliseconds that an unfinished request, and one that is being answered, have left when the server ends. */
const REQUEST_GRACE_MS = 500;
const ANSWER_GRACE_MS = 29_000;

/** Requests that are answered concurrently. Those beyond are told to come back: `createApp` counts them. */
export const MAX_REQUESTS = 512;

/** What a server listens on that names no address in particular. */
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const socketsOf = new WeakMap<Server, ClientSockets>();

/** @returns A server that is not listening yet. */
export function createHttpServer(app: App): Server {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionsCheckingInterval: CHECKED_EVERY_MS,
  };
  const sockets = new ClientSockets();
  const server = createServer(options, (incoming, outgoing) => {
    incoming.resume(); // no request needs a body, so it is discarded
    outgoing.once('close', sockets.answering(incoming.socket));
    void app(toRequest(incoming)).then((response) => {
      send(outgoing, response, { isHead: incoming.method === 'HEAD', isLast: !server.listening });
    });
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.once('close', sockets.answering(socket));
    socket.on('error', () => undefined); // node:http does not listen any more
    void Promise.all([app(toRequest(incoming)), import('./upgrade.ts')]).then(([response, { answerUpgrade }]) => {
      answerUpgrade({ incoming, socket, head }, response, (outgoing) => {
        send(outgoing, response, { isHead: incoming.method === 'HEAD', isLast: true });
      });
    });
  });
  server.timeout = SILENT_FOR_MS;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
  });
  socketsOf.set(server, sockets);
  return server;
}

/**
 * Listens, and resolves with a URL of this machine.
 *
 * @param port 0 for any free port.
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address : { address: host, port };
  // Every address of the machine is none that a client can connect to everywhere.
  const shown = EVERY_ADDRESS.has(actual.address) ? '127.0.0.1' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${String(actual.port)}`;
}

/**
 * Accepts no further requests, and resolves when those under way are answered. Idle connections are closed immediately,
 * those with an unfinished request a little later, and all others after the time that a run can take.
 */
export async function close(server: Server): Promise<void> {
  const timers = [
    setTimeout(() => socketsOf.get(server)?.closeWaiting(), REQUEST_GRACE_MS),
    setTimeout(() => socketsOf.get(server)?.closeAll(), ANSWER_GRACE_MS),
  ];
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  timers.forEach(clearTimeout);
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

interface Sending {
  readonly isHead: boolean;
  /** Whether the connection ends with this answer. */
  readonly isLast: boolean;
}

function send(outgoing: ServerResponse, { status, headers, body }: Response, { isHead, isLast }: Sending): void {
  const length = isHead || status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  outgoing.writeHead(status, { ...headers, ...length, ...(isLast && { connection: 'close' }) });
  outgoing.end(body);
}
