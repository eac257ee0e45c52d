/** What can be wrong with one step of the stand-in for Mattermost. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { appError, idOf, ping } from './world.ts';
import type { Asked, Reply } from './world.ts';

/** Longer than a check with a short timeout waits. */
export const SLOW_MS = 600;
const HUGE = 'x'.repeat(2 * 1024 * 1024);

type Work = () => Reply;
type Fault = (work: Work, response: ServerResponse, asked: Asked) => Promise<void> | void;

export function sendReply({ status, body, headers }: Reply, response: ServerResponse): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, headersOf(text, headers)).end(text);
}

function headersOf(text: string, more: Reply['headers'] = {}) {
  return {
    'content-type': 'application/json',
    'x-version-id': '11.9.0.11.9.0.0.false',
    'content-length': Buffer.byteLength(text),
    ...more,
  };
}

const instead =
  (reply: Reply): Fault =>
  (_work, response) => {
    sendReply(reply, response);
  };
const changed =
  (change: (reply: Reply) => Reply): Fault =>
  (work, response) => {
    sendReply(change(work()), response);
  };
const html = { 'content-type': 'text/html' };
const page = '<!DOCTYPE html><html><head><title>Gateway</title></head><body>Please wait</body></html>';
const permissions = 'api.context.permissions.app_error';

/** The faults of any step of the API. Those that do the work and then spoil the answer leave something behind. */
export const faults: Readonly<Record<string, Fault>> = {
  refused: instead(appError(403, permissions, 'You do not have the appropriate permissions.')),
  error: instead(appError(500, 'app.something.app_error', 'An error occurred while saving.')),
  html: instead({ status: 200, body: page, headers: html }),
  'html after the work': changed((reply) => ({
    ...reply,
    status: 200,
    body: page,
    headers: { ...reply.headers, ...html },
  })),
  'bad gateway': instead({ status: 502, body: page, headers: html }),
  'wrong types': changed((reply) => ({ ...reply, body: { id: 7, username: null, posts: [], status: 1 } })),
  null: changed((reply) => ({ ...reply, body: null })),
  huge: changed((reply) => ({ ...reply, body: { padding: HUGE } })),
  loop: (_work, response, { path }) => {
    response.writeHead(302, { location: `.${path.slice(path.lastIndexOf('/'))}` }).end();
  },
  limited: instead({
    status: 429,
    body: 'limit exceeded\n',
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-ratelimit-limit': '101',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '7',
      'retry-after': '7',
    },
  }),
  mfa: instead(appError(401, 'mfa.validate_token.authenticate.app_error', 'Invalid MFA token.')),
  half: (work, response) => {
    const { status, body, headers } = work();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, headersOf(text, headers)).write(text.slice(0, text.length / 2), () => {
      response.destroy();
    });
  },
  slow: async (work, response) => {
    await pause(SLOW_MS);
    sendReply(work(), response);
  },
  'late answer': async (work, response) => {
    const reply = work();
    await pause(SLOW_MS);
    sendReply(reply, response);
  },
  silent: () => undefined,
  'hangs up': (_work, response) => {
    response.destroy();
  },
  'hangs up after the work': (work, response) => {
    work();
    response.destroy();
  },
  empty: changed((reply) => ({ ...reply, body: [] })),
  'no token': changed(({ status, body }) => ({ status, body })),
  other: changed((reply) => ({
    ...reply,
    body: { user_id: idOf('other'), channel_id: idOf('other'), id: idOf('other') },
  })),
  'not found': instead(appError(404, 'api.context.404.app_error', 'Sorry, we could not find the page.')),
  unhealthy: (_work, response, { query }) => {
    sendReply(ping(query, ['status']), response);
  },
  'unhealthy in an old version': (_work, response) => {
    sendReply(ping(new URLSearchParams(), ['status']), response);
  },
  'without database': (_work, response, { query }) => {
    sendReply(ping(query, ['database_status']), response);
  },
  'without anything': (_work, response, { query }) => {
    sendReply(ping(query, ['database_status', 'filestore_status']), response);
  },
  'without parts': instead({ status: 200, body: { status: 'OK' } }),
  'parts under an error': instead({
    status: 500,
    body: { status: 'OK', database_status: 'OK', filestore_status: 'OK' },
  }),
};
