/**
 * A stand-in for Infinity that answers `/admin/node/current` as its published source does:
 * https://github.com/infiniflow/infinity/blob/main/src/network/http_server_impl.cpp. The first part of the path chooses
 * what is broken.
 */
import { createServer } from 'node:http';

const [port] = process.argv.slice(2);

const member = (status: string) => ({
  error_code: 0,
  node: { name: 'follower', role: 'follower', status, address: '127.0.0.1:23852', update_time: 'Mon Dec  2 14:48:34' },
});
const standalone = (status: string) => ({ error_code: 0, node: { role: 'standalone', status } });

const ANSWERS: Readonly<Record<string, object>> = {
  '': standalone('started'),
  alive: member('alive'),
  timeout: member('timeout'),
  starting: standalone('starting'),
  error: { error_code: 7019, error_msg: "Node doesn't exist: notlearning" },
  error200: { error_code: 3027, error_msg: 'No such system variable' },
  types: { error_code: 0, node: { role: 'standalone', status: 5 } },
};

createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, scenario = '', path] = /^(?:\/([\w-]+))?(\/admin\/node\/current)$/.exec(pathname) ?? [];
  const body = ANSWERS[scenario];
  if (path === undefined || body === undefined) response.writeHead(404).end();
  else response.writeHead(scenario === 'error' ? 500 : 200).end(JSON.stringify(body));
}).listen(Number(port), '127.0.0.1');
