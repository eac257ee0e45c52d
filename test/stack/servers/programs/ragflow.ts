/**
 * A stand-in for RAGFlow that answers its health endpoint as its published source does: `healthz` in
 * https://github.com/infiniflow/ragflow/blob/main/api/apps/restful_apis/system_api.py. The first part of the path chooses
 * what is broken.
 */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

const [port, oldPort] = process.argv.slice(2);

const OK = { db: 'ok', redis: 'ok', doc_engine: 'ok', storage: 'ok' };
const LOST = { elapsed: '5.2', error: 'Lost connection!' };

const ANSWERS: Readonly<Record<string, object>> = {
  '': { ...OK, status: 'ok' },
  go: { ...OK, message_queue: 'ok', status: 'ok' },
  'go-queue': {
    ...OK,
    message_queue: 'nok',
    status: 'nok',
    _meta: { message_queue: { elapsed: '0.1', error: 'message queue is not healthy' } },
  },
  redis: { ...OK, redis: 'nok', status: 'nok', _meta: { redis: LOST } },
  // An exception in the check itself leaves no text.
  storage: { ...OK, storage: 'nok', status: 'nok' },
  login: {
    ...OK,
    db: 'nok',
    status: 'nok',
    _meta: { db: { elapsed: '1.0', error: "no server at mysql://root:infini_rag_flow@mysql:3306/rag\n(2003, 'x')" } },
  },
  lacking: { db: 'ok', redis: 'ok', doc_engine: 'ok', status: 'ok' },
  types: { ...OK, doc_engine: true, status: 'ok' },
  contradicting: { ...OK, status: 'nok' },
};
/** Says that it works, in a body that says that it does not. */
const ALWAYS_200 = { ...OK, storage: 'nok', status: 'nok', _meta: 'none' };

function answer(response: ServerResponse, body: unknown, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, scenario = '', path] = /^(?:\/([\w-]+))?(\/api\/v1\/system\/healthz)$/.exec(pathname) ?? [];
  const body = ANSWERS[scenario];
  if (path !== undefined && scenario === 'always200') answer(response, ALWAYS_200, 200);
  else if (path === undefined || body === undefined) answer(response, { code: 404, message: 'Not Found' }, 404);
  else answer(response, body, 'status' in body && body.status === 'ok' ? 200 : 500);
}).listen(Number(port), '127.0.0.1');

/** Before the API had one prefix for all. */
createServer((request, response) => {
  const isHealth = request.url === '/v1/system/healthz';
  answer(response, isHealth ? ANSWERS[''] : { code: 404 }, isHealth ? 200 : 404);
}).listen(Number(oldPort), '127.0.0.1');
