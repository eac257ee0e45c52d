import { describe, expect, test } from 'vitest';
import type { Item } from '../../../lib/document/lists.ts';
import { notify } from '../../../lib/document/lists.ts';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import type { Namespace } from '../../../lib/document/namespace.ts';
import { createLog } from '../../../lib/log.ts';
import { readTargets } from '../../../lib/notify/targets.ts';
import { targetTypes } from '../../../lib/notify/types.ts';
import { shopRoot } from '../../support/notices.ts';
import { itemsAt, SECRET_PART } from '../../support/notify-items.ts';

const URL = 'https://hooks.example/services/T0/B0/x1234567';
const slack = { type: 'slack', url: URL };
const CHECK = { kind: 'tcp', host: 'a.example', port: 1 };

async function read(...items: readonly Item[]) {
  return readTargets(items, await shopRoot());
}

const lines = ({ problems }: Awaited<ReturnType<typeof read>>) =>
  problems.map(({ path, message }) => `${path}: ${message}`);

test('a target is told of everything that goes down and comes up, immediately, unless it says otherwise', async () => {
  const { targets, problems } = await read(slack);
  expect(problems).toEqual([]);
  expect(targets[0]?.rule).toEqual({
    target: expect.stringMatching(/^slack-[0-9a-f]{12}$/) as unknown,
    for: [],
    on: ['down', 'up'],
    afterMs: 0,
    updates: false,
    every: false,
  });
});

test('for, on and after are what the target says', async () => {
  const { targets } = await read({ ...slack, for: ['celery', 'orders/'], on: ['degraded'], after: 90 });
  expect(targets[0]?.rule).toMatchObject({ for: ['celery', 'orders'], on: ['degraded'], afterMs: 90_000 });
});

test('an entry that is no object leaves the others working', async () => {
  const access_tokens = ['an-opaque-token-of-a-test'];
  const document = { access_tokens, notify: [slack, 'slack', null, ['x']], checks: { a: CHECK } };
  const namespace = await parseNamespace('', JSON.stringify(document));
  const { targets, problems } = await readTargets(namespace.settings.get(notify), namespace);
  expect(targets).toHaveLength(1);
  expect(problems.map(({ path }) => path)).toEqual(['notify.1.type', 'notify.2.type', 'notify.3.type']);
});

describe('mistakes', () => {
  const mistakes: readonly (readonly [name: string, item: Item, line: string | RegExp])[] = [
    ['an unknown type', { type: 'slak', url: URL }, 'notify.0.type: unknown type; did you mean slack?'],
    ['no type', { url: URL }, /^notify\.0\.type: missing; it may be statuspage, instatus, slack/],
    ['an unknown key', { ...slack, ulr: URL }, 'notify.0.ulr: unknown key; did you mean url?'],
    ['a key of another type', { ...slack, routing_key: 'x' }, 'notify.0.routing_key: unknown key'],
    ['no URL', { type: 'slack' }, 'notify.0.url: missing'],
    ['no URL at all', { ...slack, url: 'hooks' }, 'notify.0.url: expected a URL that starts with http:// or https://'],
    ['an unknown state', { ...slack, on: ['broken'] }, 'notify.0.on.0: expected down, up or degraded, got "broken"'],
    [
      'a misspelt state',
      { ...slack, on: ['dwn'] },
      'notify.0.on.0: expected down, up or degraded, got "dwn"; did you mean down?',
    ],
    [
      'a URL in place of a state',
      { ...slack, on: [URL] },
      'notify.0.on.0: expected down, up or degraded, got another string',
    ],
    ['no state', { ...slack, on: [] }, 'notify.0.on: expected at least one entry'],
    ['no path', { ...slack, for: [] }, 'notify.0.for: expected at least one entry'],
    ['too many states', { ...slack, on: ['up', 'up', 'up', 'up'] }, 'notify.0.on: expected at most 3 entries'],
    [
      'no recipient',
      { type: 'email', from: 'healthgate@shop.example', to: [] },
      'notify.0.to: expected at least one entry',
    ],
    [
      'a path that leads nowhere',
      { ...slack, for: ['celry'] },
      'notify.0.for.0: no check or group at celry; did you mean celery?',
    ],
    ['no time', { ...slack, after: -1 }, /^notify\.0\.after: /],
    ['no topic', { type: 'sns', topic: 'outages' }, 'notify.0.topic: expected the ARN of a topic'],
    [
      'no address',
      { type: 'email', from: 'x', to: 'ops@shop.example' },
      'notify.0.from: expected an e-mail address of ASCII characters',
    ],
    [
      'an address that is not ASCII, which SES does not take',
      { type: 'email', from: 'healthgate@shop.example', to: 'ops@störung.example' },
      'notify.0.to: expected an e-mail address of ASCII characters',
    ],
    ...['Jürgen ops@shop.example', 'Shop <ops@shop.example', 'Shop ops@shop.example>', 'ops@shop.example>'].map(
      (from) =>
        [
          `an address that is neither bare nor in brackets, ${from},`,
          { type: 'email', from, to: 'ops@shop.example' },
          'notify.0.from: expected an e-mail address of ASCII characters',
        ] as const,
    ),
    [
      'both forms of components',
      { type: 'statuspage', api_key: 'k', page: 'P', component: 'C', components: { cache: 'C' } },
      'notify.0.component: there are components already; write one of both',
    ],
    [
      'a component whose path leads nowhere',
      { type: 'instatus', api_key: 'k', page: 'P', components: { cahce: 'C' } },
      'notify.0.components.cahce: no check or group at cahce; did you mean cache?',
    ],
  ];

  test.each(mistakes)('%s is told with its path, and without its value', async (_name, item, line) => {
    const found = await read(item);
    const told = lines(found);
    expect(told).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
    expect(told.join()).not.toContain(URL);
  });

  test('one wrong target leaves the others working', async () => {
    const { targets, problems } = await read({ type: 'slack' }, { type: 'nothing' }, slack);
    expect(targets.map(({ type }) => type)).toEqual(['slack']);
    expect(problems.map(({ path }) => path)).toEqual(['notify.0.url', 'notify.1.type']);
  });

  test('a target of which no path exists is told of nothing, instead of everything', async () => {
    expect((await read({ ...slack, for: ['celry'] })).targets).toEqual([]);
    expect((await read({ ...slack, for: ['celry', 'orders'] })).targets).toHaveLength(1);
  });
});

describe('the name of a target', () => {
  const nameOf = async (item: Item) => (await read(item)).targets[0]?.rule.target;

  test('stays the same while it leads to the same place', async () => {
    const webhook = { type: 'webhook', url: URL };
    expect(await nameOf({ ...webhook, secret: 'new', for: ['orders'], on: ['down'], after: 5 })).toBe(
      await nameOf({ ...webhook, secret: 'old' }),
    );
    expect(await nameOf({ ...webhook, url: `${URL}y` })).not.toBe(await nameOf(webhook));
  });

  test('differs for two targets that lead to the same place', async () => {
    const { targets } = await read(slack, { ...slack, for: ['orders'] });
    expect(new Set(targets.map(({ rule }) => rule.target)).size).toBe(2);
  });
});

describe('references', () => {
  /** The document with a reference in place of every string but the type. */
  async function referring(item: Item): Promise<{ namespace: Namespace; values: readonly string[] }> {
    const values = Object.entries(item).flatMap(([key, value]) =>
      key !== 'type' && typeof value === 'string' ? [value] : [],
    );
    const secret = (value: unknown) => (typeof value === 'string' ? { secret: value } : value);
    const target = Object.fromEntries(
      Object.entries(item).map(([key, value]) => [key, key === 'type' ? value : secret(value)]),
    );
    const document = { ...DOCUMENT, notify: [target] };
    const readSecret = (name: string) => Promise.resolve(name);
    return { namespace: await parseNamespace('shop', JSON.stringify(document), { readSecret }), values };
  }

  const DOCUMENT = {
    access_tokens: ['a-token-that-is-long-enough-to-be-one'],
    checks: { celery: { kind: 'process' }, cache: { kind: 'process' } },
  };

  test.each(targetTypes)(
    'work in every string of $type, and what they stand for is hidden from logs',
    async ({ type }) => {
      const { namespace, values } = await referring({ type, ...itemsAt('https://vendor.example')[type] });
      const { targets, problems } = await readTargets(namespace.settings.get(notify), namespace);
      expect(problems).toEqual([]);
      expect(targets).toHaveLength(1);
      const written: string[] = [];
      createLog((line) => written.push(line))
        .hiding(namespace.secrets)
        .warn('a line', { values });
      for (const value of values.filter(({ length }) => length >= 4)) expect(written.join()).not.toContain(value);
    },
  );

  test.each(targetTypes)(
    'of $type that are not read are no mistake while a document is only inspected',
    async ({ type }) => {
      const item = { ...itemsAt('https://vendor.example')[type], type };
      const target = { ...item, ...('url' in item ? { url: { secret: 'x' } } : {}) };
      const namespace = await parseNamespace('shop', JSON.stringify({ ...DOCUMENT, notify: [target] }));
      expect((await readTargets(namespace.settings.get(notify), namespace)).problems).toEqual([]);
    },
  );

  test('that cannot be read are told, and leave the target out', async () => {
    const document = { ...DOCUMENT, notify: [{ type: 'slack', url: { secret: 'prod/slack' } }, slack] };
    const readSecret = () => Promise.resolve(undefined);
    const namespace = await parseNamespace('shop', JSON.stringify(document), { readSecret });
    const found = await readTargets(namespace.settings.get(notify), namespace);
    expect(lines(found)).toEqual(['notify.0.url: the vault has no secret prod/slack']);
    expect(found.targets).toHaveLength(1);
  });

  test('components may be named secret and env, like checks', async () => {
    const checks = { env: { kind: 'process' }, secret: { kind: 'process' } };
    const page = { type: 'statuspage', api_key: 'k', page: 'P' };
    const notified = [
      { ...page, components: { env: 'C1' } },
      { ...page, components: { secret: 'C2' } },
    ];
    const readSecret = () => Promise.resolve(undefined);
    const text = JSON.stringify({ ...DOCUMENT, checks, notify: notified });
    const namespace = await parseNamespace('shop', text, { readSecret });
    expect(lines(await readTargets(namespace.settings.get(notify), namespace))).toEqual([]);
  });
});

test('what is written in the document is hidden from logs too, also what a server repeats of it', async () => {
  const items = Object.entries(itemsAt(`https://vendor.example`)).map(([type, item]) => ({ type, ...item }));
  const document = {
    access_tokens: ['a-token-that-is-long-enough-to-be-one'],
    checks: { celery: { kind: 'process' }, cache: { kind: 'process' } },
    notify: items,
  };
  const { secrets } = await parseNamespace('shop', JSON.stringify(document));
  const written: string[] = [];
  const log = createLog((line) => written.push(line)).hiding(secrets);
  for (const value of items.flatMap((item) => Object.values(item)))
    if (typeof value === 'string' && value.includes(SECRET_PART))
      log.warn('asked', { value, path: value.replace(/^https:\/\/[^/]*/, '') });
  expect(written.join('\n')).not.toContain(SECRET_PART);
});
