/** What a real RabbitMQ says about virtual hosts, and what each kind that speaks AMQP makes of it. */
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { rabbitmqctl } from '../stack/servers/rabbitmq.ts';
import { runLeaf } from '../support/run-leaf.ts';

const { url, control } = inject('stack').rabbitmq;
const USER = new URL(url).username;
const FORBIDDEN = 'forbidden';
const FULL = 'full';
const LIMIT = 1;

const ctl = (...args: readonly string[]) => rabbitmqctl(control, ...args);
const at = (virtualHost: string) => Object.assign(new URL(url), { pathname: `/${virtualHost}` }).href;
const allow = (virtualHost: string) => ctl('set_permissions', '-p', virtualHost, USER, '.*', '.*', '.*');

beforeAll(async () => {
  await ctl('add_vhost', FORBIDDEN);
  await ctl('clear_permissions', '-p', FORBIDDEN, USER);
  await ctl('add_vhost', FULL);
  await allow(FULL);
  await ctl('set_vhost_limits', '-p', FULL, JSON.stringify({ 'max-connections': LIMIT }));
}, 120_000);

afterAll(async () => {
  for (const virtualHost of [FORBIDDEN, FULL]) await ctl('delete_vhost', virtualHost);
}, 60_000);

const KINDS = [{ kind: 'rabbitmq' }, { kind: 'celery_ping' }, { kind: 'celery_queue', queue: 'mails' }];

describe.each(KINDS)('$kind', (leaf) => {
  const statusAt = async (virtualHost: string) => (await runLeaf({ ...leaf, url: at(virtualHost) })).status;

  test('names a virtual host that does not exist', async () => {
    expect(await statusAt('no.such')).toMatch(
      /^ConfigurationError: rabbitmq 127\.0\.0\.1:\d+ has no such virtual host: no\.such$/,
    );
  });

  test('names a virtual host that the user may not use', async () => {
    expect(await statusAt(FORBIDDEN)).toMatch(
      /^AuthError: rabbitmq .*: the user has no permission on the virtual host forbidden: .*refused for this user$/,
    );
  });

  test('names a virtual host that takes no more connections', async () => {
    const other = await connect(at(FULL));
    try {
      expect(await statusAt(FULL)).toMatch(
        /^UnhealthyError: rabbitmq .*, virtual host full: .*connection limit \(1\) is reached$/,
      );
    } finally {
      await other.close();
    }
  });
});
