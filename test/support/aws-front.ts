/** Stands before the emulator, and gives chosen actions another answer: what it never says by itself. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What AWS answers instead, by the header `X-Amz-Target` (`AWSEvents.PutEvents`). */
export type Instead = Readonly<Record<string, { readonly status: number; readonly body: object }>>;

export interface AwsFront {
  readonly endpoint: string;
  instead: Instead;
  stop(): Promise<void>;
}

export const DENIED = { status: 400, body: { __type: 'AccessDeniedException', Message: 'not authorized' } };
export const THROTTLED = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };

export async function awsFront(endpoint: string): Promise<AwsFront> {
  const forward = async (url: string, headers: Record<string, string>, body: Buffer) => {
    const answer = await fetch(new URL(url, endpoint), { method: 'POST', headers, body: new Uint8Array(body) });
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']);
    const { authorization = '', 'content-type': contentType = '' } = request.headers;
    const headers = { authorization, 'content-type': contentType, 'x-amz-target': action, connection: 'close' };
    const answer = async () => {
      const body = await buffer(request);
      const other = front.instead[action];
      if (other === undefined) return forward(request.url ?? '/', headers, body);
      return { status: other.status, body: Buffer.from(JSON.stringify(other.body)) };
    };
    answer().then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const front: AwsFront = {
    endpoint: `http://127.0.0.1:${String(address.port)}`,
    instead: {},
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
