/** What docs/notices.md shows must work. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Item } from '../../../lib/document/lists.ts';
import { notify } from '../../../lib/document/lists.ts';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import { describedTypes } from '../../../lib/notify/schema.ts';
import { readTargets } from '../../../lib/notify/targets.ts';
import { targetTypes } from '../../../lib/notify/types.ts';
import { signature } from '../../../lib/notify/webhook.ts';

const page = await readFile(join(import.meta.dirname, '../../../docs/notices.md'), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

describe('the examples of targets', () => {
  const items = blocksOf('json')
    .map((code) => JSON.parse(code) as Item)
    .filter((item) => typeof item.type === 'string');
  const checks = { postgres: { kind: 'process' } };

  test('are of every type', () => {
    expect(new Set(items.map(({ type }) => type))).toEqual(new Set(targetTypes.map(({ type }) => type)));
  });

  test.each(items)('of $type have no mistake', async (item) => {
    const text = JSON.stringify({ access_tokens: ['a-token-that-is-long-enough-to-be-one'], checks, notify: [item] });
    const namespace = await parseNamespace('shop', text);
    expect((await readTargets(namespace.settings.get(notify), namespace)).problems).toEqual([]);
  });

  test('in the JSON Schema have no mistake either', async () => {
    const types = await describedTypes();
    const examples = types.map(({ schema }) => schema.examples?.[0] as Item);
    const named = ['cache', 'postgres', 'celery'].map((name) => [name, { kind: 'process' }] as const);
    const tree = { ...Object.fromEntries(named), celery: { ping: { kind: 'process' } } };
    const text = JSON.stringify({ access_tokens: ['a-token-that-is-long-enough-to-be-one'], checks: tree });
    const { problems } = await readTargets(examples, await parseNamespace('shop', text));
    expect(problems).toEqual([]);
  });

  test('every key of every type has a description and an example', async () => {
    const bare = (await describedTypes()).flatMap(({ type, schema }) =>
      Object.entries(schema.properties ?? {}).flatMap(([key, { description, examples }]) =>
        description === undefined || examples === undefined ? [`${type}.${key}`] : [],
      ),
    );
    expect(bare).toEqual([]);
  });
});

type Verify = (headers: Readonly<Record<string, string>>, body: string, secret: string, now: number) => boolean;

describe('the example that verifies a webhook', async () => {
  const [code = ''] = blocksOf('js');
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { isGenuine: Verify };
  const now = Date.parse('2026-11-26T12:00:00Z');
  const body = '{"path":"cache"}';
  const signed = (timestamp: number) => ({
    'healthgate-timestamp': String(timestamp),
    'healthgate-signature': signature('key', String(timestamp), body),
  });

  test('accepts what Healthgate signs', () => {
    expect(isGenuine(signed(now / 1000), body, 'key', now)).toBe(true);
  });

  test.each([
    ['another body', signed(now / 1000), '{"path":"other"}', 'key'],
    ['another key', signed(now / 1000), body, 'other'],
    ['a request that somebody kept', signed(now / 1000 - 301), body, 'key'],
    ['another time', { ...signed(now / 1000), 'healthgate-timestamp': String(now / 1000 + 1) }, body, 'key'],
    ['no signature', { 'healthgate-timestamp': String(now / 1000) }, body, 'key'],
    ['no time', {}, body, 'key'],
  ])('refuses %s', (_name, headers, given, key) => {
    expect(isGenuine(headers, given, key, now)).toBe(false);
  });
});
