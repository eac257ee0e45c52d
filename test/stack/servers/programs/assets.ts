/**
 * Serves answers of many sorts. As a stand-in for CloudFront, it adds its headers to `/app.js`, `/moved.js` and
 * `/error-page.js`.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { BAD_ANSWERS } from './bad-answers.ts';

const [port] = process.argv.slice(2);

/** The headers that CloudFront adds: https://repost.aws/knowledge-center/cloudfront-x-cache-headers */
const CLOUDFRONT = {
  via: '1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)',
  'x-amz-cf-id': 'Zm9yIHRlc3RzIG9ubHksIGFuZCBvZiBubyBtZWFuaW5nIGF0IGFsbA==',
  'x-amz-cf-pop': 'FRA56-P1',
  'x-cache': 'Hit from cloudfront',
};
const SCRIPT = { 'content-type': 'text/javascript' };
const JSON_TYPE = { 'content-type': 'application/json' };
const STATUS = {
  status: 'ok',
  services: [
    { name: 'mail', up: true },
    { name: 'search', up: true, shards: 3 },
  ],
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/app.js': (_request, response) => response.writeHead(200, { ...SCRIPT, ...CLOUDFRONT }).end('export {};\n'),
  '/moved.js': (_request, response) => response.writeHead(302, { ...CLOUDFRONT, location: '/app.js' }).end(),
  '/error-page.js': (_request, response) =>
    response.writeHead(200, { ...CLOUDFRONT, 'x-cache': 'Error from cloudfront' }).end('sorry\n'),
  '/plain.js': (_request, response) => response.writeHead(200, SCRIPT).end('export {};\n'),
  '/json': (_request, response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(STATUS)),
  '/gzip': (_request, response) =>
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(STATUS))),
  '/large': (_request, response) => response.writeHead(200).end('x'.repeat(4 * 1024 * 1024)),
  '/redirect': (_request, response) => response.writeHead(302, { location: '/json' }).end(),
  '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
  // The same server, but another origin.
  '/elsewhere': ({ headers }, response) =>
    response.writeHead(302, { location: `http://localhost:${headers.host?.split(':')[1] ?? ''}/echo` }).end(),
  '/echo': (request, response) => {
    response.writeHead(200, JSON_TYPE);
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => response.end(JSON.stringify({ method: request.method, headers: request.headers, body })));
  },
  '/private': ({ headers }, response) => {
    const isAllowed = headers.authorization === `Basic ${Buffer.from('app:secret').toString('base64')}`;
    response.writeHead(isAllowed ? 200 : 401).end();
  },
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const status = /^\/status\/([2-5]\d\d)$/.exec(pathname)?.[1];
  const bad = /^\/bad\/([\w-]+)(?:\/|$)/.exec(pathname)?.[1] ?? '';
  if (Object.hasOwn(BAD_ANSWERS, bad)) BAD_ANSWERS[bad]?.(response, request.url ?? '/');
  else if (status !== undefined) response.writeHead(Number(status)).end();
  else if (Object.hasOwn(ANSWERS, pathname)) ANSWERS[pathname]?.(request, response);
  else response.writeHead(404).end();
});
server.listen(Number(port), '127.0.0.1');
