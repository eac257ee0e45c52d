/**
 * A stand-in for the security of Elasticsearch, which the node of the tests does not have: asks for a login, and sends
 * the rest to the real node. The texts are those of Elasticsearch 8:
 * https://github.com/elastic/elasticsearch/blob/8.15/x-pack/plugin/core/src/main/java/org/elasticsearch/xpack/core/security/authc/DefaultAuthenticationFailureHandler.java
 */
import { createServer, request as send } from 'node:http';

const [port, realPort, ...logins] = process.argv.slice(2);

const server = createServer((request, response) => {
  const { url = '/', method, headers } = request;
  const { authorization } = headers;
  const refuse = (status: number, reason: string): void => {
    const error = { type: 'security_exception', reason };
    const body = JSON.stringify({ error: { root_cause: [error], ...error }, status });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const { pathname } = new URL(url, 'http://localhost');
  if (authorization === undefined) refuse(401, `missing authentication credentials for REST request [${url}]`);
  else if (!logins.includes(authorization)) refuse(401, `unable to authenticate for REST request [${url}]`);
  else if (pathname.startsWith('/_cluster/health/private'))
    refuse(403, 'action [cluster:monitor/health] is unauthorized for user [health] on indices [private]');
  else if (pathname === '/_cluster/health/masterless')
    response
      .writeHead(503, { 'content-type': 'application/json' })
      .end('{"error":{"type":"master_not_discovered_exception","reason":null},"status":503}');
  else {
    // On a connection of its own: the node may close one that is kept at any time.
    const node = { host: '127.0.0.1', port: Number(realPort), agent: false };
    const forwarded = send({ ...node, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  }
});
server.listen(Number(port), '127.0.0.1');
