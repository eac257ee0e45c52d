/** Answers that no healthy server gives, by name. */
import type { ServerResponse } from 'node:http';

const JSON_TYPE = { 'content-type': 'application/json' };
const PAGE = '<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>\n';

export const BAD_ANSWERS: Readonly<Record<string, (response: ServerResponse, url: string) => void>> = {
  html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE),
  empty: (response) => response.writeHead(200, JSON_TYPE).end(),
  'half-of-the-json': (response) => response.writeHead(200, JSON_TYPE).end('{"status":"green","number_of'),
  'half-of-the-body': (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': 1000 });
    response.write('{"status":"green"', () => response.destroy());
  },
  array: (response) => response.writeHead(200, JSON_TYPE).end('[{"status":"green"}]'),
  null: (response) => response.writeHead(200, JSON_TYPE).end('null'),
  'empty-object': (response) => response.writeHead(200, JSON_TYPE).end('{}'),
  huge: (response) => response.writeHead(200, JSON_TYPE).end(`{"status":"green","a":"${'x'.repeat(1_100_000)}"}`),
  'redirect-loop': (response, url) => response.writeHead(302, { location: url }).end(),
  'bad-gateway': (response) => response.writeHead(502, { 'content-type': 'text/html' }).end(PAGE),
  'unknown-encoding': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'zip' }).end('{}'),
};
