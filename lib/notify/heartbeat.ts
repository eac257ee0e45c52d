/**
 * Services that raise an alarm when a beat stays away: https://healthchecks.io/docs/http_api/,
 * https://betterstack.com/docs/uptime/cron-and-heartbeat-monitor/
 */
import { describe, httpUrl } from '../clients/keys.ts';
import { call } from './http.ts';
import { defineTarget } from './target.ts';

export const heartbeat = defineTarget({
  type: 'heartbeat',
  tells: 'Asks a URL after every sample, but sends nothing while the namespace is failing.',
  repeats: 'A beat that is sent twice is one more sign of life.',
  every: true,
  keys: {
    url: describe(
      httpUrl(),
      'URL of the heartbeat, as healthchecks.io or Better Stack shows it. All of it is a secret.',
      'https://hc-ping.example/01234567-89ab-cdef-0123-456789abcdef',
    ),
  },
  async send({ change }, { url }, sending) {
    if (change.to !== 'down') await call({ type: 'heartbeat', url, method: 'GET' }, sending);
  },
});
