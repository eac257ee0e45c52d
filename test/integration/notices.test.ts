/** Notices as they reach the vendors: servers on loopback play them, and check against what the vendors publish. */
import { HTTP } from 'cloudevents';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { targetTypes } from '../../lib/notify/types.ts';
import { signature } from '../../lib/notify/webhook.ts';
import {
  beat,
  degraded,
  down,
  hostile,
  NOW,
  observer,
  OUTAGE,
  quoted,
  targetOf,
  up,
  update,
  wide,
} from '../support/notices.ts';
import { BEATING, itemsAt } from '../support/notify-items.ts';
import type { Recorded } from '../support/recording-server.ts';
import { changeSchema, vendors } from '../support/vendor-schemas.ts';
import { changing, vendorsPlayed } from '../support/vendors-played.ts';

const { server, pages, send } = vendorsPlayed();

const bodyOf = (request: Recorded | undefined) => JSON.parse(request?.body ?? 'null') as Record<string, unknown>;

test('every type of target stands in the tables of these tests', () => {
  expect(Object.keys(itemsAt('http://x')).sort()).toEqual(targetTypes.map(({ type }) => type).sort());
});

/** Of a message; 256 kB unless given. What a webhook of one's own takes has no limit but that of a notice. */
const MAX_BYTES: Readonly<Record<string, number>> = { teams: 28_000, webhook: 1_000_000 };

const notices = {
  down,
  update,
  up,
  degraded,
  'an observer that is cut off': observer,
  'hostile names': hostile,
  'long names of wide characters': wide,
  'long names of characters that JSON escapes': quoted,
};

describe.each(Object.keys(vendors))('%s', (type) => {
  test.each(Object.entries(notices))('takes the request for %s as the vendor publishes it', async (_name, notice) => {
    const sent = [...(await send(type, down)), ...(await send(type, notice))];
    for (const request of changing(sent)) {
      const taken = vendors[type]?.find((one) => one.request.test(`${request.method} ${request.path}`));
      expect(taken, `${request.method} ${request.path}`).toBeDefined();
      const { issues } = v.safeParse(taken?.body ?? v.never(), bodyOf(request));
      expect(issues?.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`)).toBeUndefined();
      expect(request.headers['content-type']).toMatch(/^application\/json/);
      expect(Buffer.byteLength(request.body)).toBeLessThan(MAX_BYTES[type] ?? 256_000);
    }
  });
});

describe('what a message says', () => {
  test.each(['slack', 'teams', 'pagerduty', 'opsgenie'])(
    '%s tells what is broken, since when, why, what fails because of it, and what to do',
    async (type) => {
      const [request] = await send(type, down);
      for (const part of ['celery/ping is down', 'connection refused', 'celery/queue, orders', 'runbooks/broker'])
        expect(request?.body).toContain(part);
      expect(request?.body).toMatch(/2026-11-26[ T]11:58:00/);
    },
  );

  test.each(['slack', 'teams', 'opsgenie'])('%s tells at the end how long it lasted', async (type) => {
    const [request] = await send(type, up);
    expect(request?.body).toContain('is up again');
    expect(request?.body).toContain('after 5 min');
  });

  test.each(['slack', 'teams', 'pagerduty', 'opsgenie'])('%s says that the observer may be cut off', async (type) => {
    const [request] = await send(type, observer);
    expect(request?.body).toContain('Healthgate itself may be cut off: everything in shop fails alike');
  });

  test.each(['statuspage', 'instatus'])('%s shows nothing that is not for everybody', async (type) => {
    await send(type, down);
    expect(pages().updates.join()).toContain('celery/ping is down');
    expect(pages().updates.join()).not.toMatch(/refused|5672|wiki/);
  });
});

describe('hostile names and errors', () => {
  test('are plain text for Slack: they mention nobody and make no link', async () => {
    const [request] = await send('slack', hostile);
    const { text, blocks } = bodyOf(request);
    expect(text).not.toMatch(/[<>]/);
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn');
  });

  test('are plain text for Teams, and the text for old clients has no link left', async () => {
    const [request] = await send('teams', hostile);
    expect(request?.body).not.toMatch(/"type":"(?:TextBlock|FactSet)"|"msteams"/);
    const [{ content }] = bodyOf(request).attachments as [{ content: { fallbackText: string } }];
    expect(content.fallbackText).not.toMatch(/[<>[\]]/);
  });

  test.each(['statuspage', 'instatus', 'opsgenie'])('have no tag and no link left for %s', async (type) => {
    const sent = await send(type, hostile);
    const [opened] = changing(sent).filter(({ path }) => /incidents$|alerts$/.test(path));
    const { incident = bodyOf(opened) } = bodyOf(opened);
    const { body, message, description, name } = incident as Record<string, string | undefined>;
    expect([body, description, message, name].join('\n')).not.toMatch(/[<>[\]]/);
  });

  test.each(Object.keys(vendors))('put no control character into what %s shows', async (type) => {
    const sent = await send(type, hostile);
    const shown = changing(sent).flatMap(({ body }) => stringsIn(JSON.parse(body)));
    const isData = type === 'webhook' || type === 'pagerduty';
    expect(isData ? [] : shown.filter((text) => /[\p{Cc}\u202E]/u.test(text.replaceAll('\n', '')))).toEqual([]);
  });
});

describe('webhook', () => {
  test('posts the change, with an id, a time and a signature over both', async () => {
    const [request] = await send('webhook', down);
    expect(bodyOf(request)).toEqual({
      id: 'c'.repeat(32),
      outage: OUTAGE,
      namespace: 'shop',
      path: 'celery/ping',
      from: 'up',
      to: 'down',
      since: '2026-11-26T11:58:00.000Z',
      error: 'ConnectionError: connection refused by celery_ping broker.example:5672',
      causes: [],
      consequences: ['celery/queue', 'orders'],
      runbook: 'https://wiki.example/runbooks/broker',
    });
    const timestamp = String(NOW / 1000);
    expect(request?.headers).toMatchObject({
      'healthgate-id': down.id,
      'healthgate-timestamp': timestamp,
      'healthgate-signature': signature('secret-part-1-of-the-webhook', timestamp, request?.body ?? ''),
    });
  });

  test('signs nothing without a secret', async () => {
    const [request] = await send('webhook', down, { secret: undefined });
    expect(request?.headers).not.toHaveProperty('healthgate-signature');
  });

  test('is a CloudEvents 1.0 event that the SDK of CloudEvents takes, if that is asked for', async () => {
    const [request] = await send('webhook', down, { format: 'cloudevents' });
    const event = HTTP.toEvent<object>({ headers: request?.headers ?? {}, body: request?.body });
    if (Array.isArray(event)) throw new Error('one event');
    expect(event).toMatchObject({ id: down.id, source: '/healthgate/shop', subject: 'celery/ping' });
    expect(v.is(changeSchema, event.data)).toBe(true);
  });
});

describe('pagerduty', () => {
  test('triggers and resolves one alert, which has the id of the outage as its key', async () => {
    const [trigger] = await send('pagerduty', down);
    const [resolve] = await send('pagerduty', up);
    expect(bodyOf(trigger)).toMatchObject({
      event_action: 'trigger',
      dedup_key: OUTAGE,
      payload: { severity: 'critical', source: 'shop/celery/ping', timestamp: '2026-11-26T11:58:00.000Z' },
      links: [{ href: 'https://wiki.example/runbooks/broker' }],
    });
    const { routing_key, ...resolved } = bodyOf(resolve);
    expect(routing_key).toMatch(/^secret-part/);
    expect(resolved).toEqual({ event_action: 'resolve', dedup_key: OUTAGE });
  });

  test('warns of what is degraded', async () => {
    const [request] = await send('pagerduty', degraded);
    expect(bodyOf(request)).toMatchObject({ payload: { severity: 'warning' } });
  });
});

describe('opsgenie', () => {
  test('creates and closes one alert, which has the id of the outage as its alias', async () => {
    const [create] = await send('opsgenie', down);
    const [close] = await send('opsgenie', up);
    expect(create?.headers.authorization).toBe('GenieKey secret-part-1-of-the-key');
    expect(bodyOf(create)).toMatchObject({ alias: OUTAGE, priority: 'P1', entity: 'celery/ping' });
    expect(close?.path).toBe(`/v2/alerts/${OUTAGE}/close?identifierType=alias`);
  });

  test('sends the same to Jira Service Management, whose URL has a path', async () => {
    const url = `${server().url}/jsm/ops/integration`;
    const [create] = await send('opsgenie', down, { url });
    const [close] = await send('opsgenie', up, { url });
    expect([create?.path, close?.path]).toEqual([
      '/jsm/ops/integration/v2/alerts',
      `/jsm/ops/integration/v2/alerts/${OUTAGE}/close?identifierType=alias`,
    ]);
  });
});

describe('email', () => {
  test.each([
    ['Healthgate <healthgate@shop.example>', 'Healthgate <healthgate@shop.example>'],
    ['"Shop (Ltd.)" <a@shop.example>', '"Shop (Ltd.)" <a@shop.example>'],
    ['Störung <a@shop.example>', '=?UTF-8?B?U3TDtnJ1bmc=?= <a@shop.example>'],
    ['Shop (Ltd.) <a@shop.example>', '=?UTF-8?B?U2hvcCAoTHRkLg==?= =?UTF-8?B?KQ==?= <a@shop.example>'],
    ['"Störung" <a@shop.example>', '=?UTF-8?B?U3TDtnJ1bmc=?= <a@shop.example>'],
    ['"Die \\"Störung\\"" <a@shop.example>', '=?UTF-8?B?RGllICJTdMO2cnU=?= =?UTF-8?B?bmci?= <a@shop.example>'],
    ['A\u2028B <a@shop.example>', '=?UTF-8?B?QeKAqEI=?= <a@shop.example>'],
    ['a@shop.example', 'a@shop.example'],
    ['<a@shop.example>', '<a@shop.example>'],
  ])('sends as %s with a name that SES takes', async (from, sent) => {
    const [request] = await send('email', down, { from, to: [from] });
    expect(bodyOf(request)).toMatchObject({ FromEmailAddress: sent, Destination: { ToAddresses: [sent] } });
  });
});

describe('beats', () => {
  test('reach a heartbeat while the namespace is not failing, and not while it is', async () => {
    expect(await send('heartbeat', beat('up'))).toMatchObject([{ method: 'GET', path: '/ping/secret-part-1' }]);
    expect(await send('heartbeat', beat('degraded'))).toHaveLength(1);
    expect(await send('heartbeat', beat('down'))).toEqual([]);
  });

  test('reach Uptime Kuma with what fails', async () => {
    const [working] = await send('uptime_kuma', beat('up'));
    const [failing] = await send('uptime_kuma', beat('down'));
    expect(working?.path).toBe('/api/push/secret-part-1?status=up&msg=OK');
    const { searchParams } = new URL(failing?.path ?? '', 'http://kuma.example');
    expect(searchParams.get('status')).toBe('down');
    expect(searchParams.get('msg')).toMatch(/^down: celery\/ping, celery\/queue, orders; ConnectionError: /);
  });

  test.each(targetTypes)('are told to $type only if it asks for every sample', async ({ type }) => {
    const { rule } = await targetOf({ type, ...itemsAt(server().url)[type] });
    expect(rule.every).toBe(BEATING.has(type));
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
