/** Echoes every message. Arguments: port, token that callers must send on `/private`. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const [port, token] = process.argv.slice(2);
const MAX_PAYLOAD_BYTES = 1024 * 1024;
const POLICY_VIOLATION = 1008;

const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: MAX_PAYLOAD_BYTES,
  handleProtocols: (offered) => (offered.has('echo') ? 'echo' : false),
});
const server = createServer((_request, response) => {
  response.writeHead(426, { upgrade: 'websocket' }).end();
});
server.on('upgrade', (request, socket, head) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/private' && request.headers.authorization !== `Bearer ${token ?? ''}`) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (websocket) => {
    websocket.on('error', () => {
      websocket.terminate();
    });
    if (pathname === '/closing') websocket.close(POLICY_VIOLATION);
    websocket.on('message', (data, isBinary) => {
      websocket.send(data, { binary: isBinary });
    });
  });
});
server.listen(Number(port), '127.0.0.1');
