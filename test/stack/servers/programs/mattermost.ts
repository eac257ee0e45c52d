/**
 * A stand-in for Mattermost, since no real server can be had: it speaks the part of its API that checks use. Arguments:
 * port, settings as JSON.
 *
 * Below `/faults/<step>/<fault>/<any name>` lies another server with its own state, of which that one step has that
 * fault. `/left` of each server tells how many sessions and messages are left there, and what was
 * asked.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveEvents } from '../shared/mattermost/events.ts';
import { faults, sendReply } from '../shared/mattermost/faults.ts';
import { World } from '../shared/mattermost/world.ts';
import type { StandInSettings } from '../shared/mattermost/world.ts';

const [port, settings = '{}'] = process.argv.slice(2);
const worlds = new Map<string, World>();

/** The server that a URL leads to, the fault that it has, and the path on it. */
function placeOf(request: IncomingMessage) {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const [base = '', step = '', fault = ''] = /^\/faults\/([^/]+)\/([^/]+)\/[^/]+/.exec(pathname) ?? [];
  const world = worlds.get(base) ?? new World(JSON.parse(settings) as StandInSettings);
  worlds.set(base, world);
  return { world, step, fault: decodeURIComponent(fault), path: pathname.slice(base.length), query };
}

const server = createServer((request, response) => {
  const { world, step, fault, path, query } = placeOf(request);
  response.on('error', () => undefined);
  if (path === '/left') {
    sendReply({ status: 200, body: world.left }, response);
    return;
  }
  text(request).then(
    (body) => {
      const { authorization } = request.headers;
      const parsed = body === '' ? {} : (JSON.parse(body) as Readonly<Record<string, unknown>>);
      const asked = { method: request.method ?? 'GET', path, query, authorization, body: parsed };
      const route = world.route(asked);
      world.asked.push(route.step);
      const broken = step === route.step ? faults[fault] : undefined;
      if (broken === undefined) sendReply(route.work(), response);
      else void broken(route.work, response, asked);
    },
    () => undefined, // the client left in the middle of its request
  );
});
server.on('upgrade', (request, socket, head) => {
  const { world, step, fault, path } = placeOf(request);
  if (path !== '/api/v4/websocket') {
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    return;
  }
  world.asked.push('websocket');
  serveEvents(world, step === 'websocket' ? fault : 'none', request, socket, head);
});
server.listen(Number(port), '127.0.0.1');
