/**
 * https://github.com/louislam/uptime-kuma/wiki/API-Documentation#push. It answers 404 to everything that goes wrong, with
 * `{"ok":false,"msg":…}`: https://github.com/louislam/uptime-kuma/blob/master/server/routers/api-router.js
 */
import { describe, httpUrl } from '../clients/keys.ts';
import { shortLine } from '../errors.ts';
import type { Notice } from '../history/notices.ts';
import { call } from './http.ts';
import { defineTarget } from './target.ts';

/** Characters of a message: it stands in the URL. */
const MAX_MESSAGE = 200;
/** Paths that are listed. */
const MAX_LISTED = 5;

export const uptimeKuma = defineTarget({
  type: 'uptime_kuma',
  tells: 'Pushes to a monitor of Uptime Kuma after every sample: up, or down with what fails.',
  repeats: 'A push that is sent twice is one more beat with the same status.',
  every: true,
  keys: {
    url: describe(
      httpUrl(),
      'Push URL of the monitor. Its status, msg and ping are replaced. All of it is a secret.',
      'https://kuma.example/api/push/0123456789',
    ),
  },
  async send(notice, { url }, sending) {
    await call({ type: 'uptime_kuma', url: pushUrl(url, notice), method: 'GET' }, sending);
  },
});

function pushUrl(url: string, notice: Notice): string {
  const push = new URL(url);
  push.searchParams.set('status', notice.change.to === 'down' ? 'down' : 'up');
  push.searchParams.set('msg', shortLine(messageOf(notice), MAX_MESSAGE));
  push.searchParams.delete('ping');
  return push.href;
}

function messageOf({ change, notUp }: Notice): string {
  if (change.to === 'up') return change.error ?? 'OK';
  const paths = notUp.map(({ path }) => path).filter((path) => path !== '');
  const more = paths.length > MAX_LISTED ? ` and ${String(paths.length - MAX_LISTED)} more` : '';
  const listed = `${paths.slice(0, MAX_LISTED).join(', ')}${more}`;
  const state = change.to === 'down' ? 'down' : 'degraded';
  return [listed === '' ? state : `${state}: ${listed}`, change.error].filter((part) => part !== undefined).join('; ');
}
