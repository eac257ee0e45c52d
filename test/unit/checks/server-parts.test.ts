/** The keys that every kind which talks to a server has: the parts of its URL, and certificates. */
import { describe, expect, it } from 'vitest';
import { kinds } from '../../../lib/checks/index.ts';
import { documentSchema, exampleOf } from '../../../lib/document/schema.ts';
import { checksOf } from '../../support/run-leaf.ts';

/** A URL of each kind that takes its parts. */
const URLS: Readonly<Record<string, readonly string[]>> = {
  redis: ['redis://one.example/0', 'rediss://user:hunter2@one.example:1/0'],
  cache: ['redis://one.example/0'],
  postgres: ['postgres://app:hunter2@one.example/app'],
  mysql: ['mysql://app:hunter2@one.example/app'],
  clickhouse: ['http://one.example', 'https://one.example:8443'],
  rabbitmq: ['amqp://one.example'],
  celery_ping: ['amqp://one.example', 'redis://one.example/0'],
  celery_queue: ['amqps://one.example', 'rediss://one.example/0'],
  ragflow_executors: ['redis://one.example/0'],
};

const withParts = kinds.filter(({ keys }) => 'host' in keys && 'url' in keys).map(({ kind }) => kind);

it('has a URL for every kind that takes the parts of one', () => {
  expect(Object.keys(URLS).sort()).toEqual([...withParts].sort());
});

describe.each(Object.entries(URLS).flatMap(([kind, urls]) => urls.map((url) => [kind, url] as const)))(
  '%s at %s',
  (kind, url) => {
    const leaf = { kind, url, ...(kind === 'celery_queue' && { queue: 'q' }) };

    it('names and needs the host and port that stand beside the URL', async () => {
      const [check] = await checksOf({ ...leaf, host: 'other.example', port: '7' });
      expect(check?.needs).toEqual(['other.example:7']);
      expect(check?.target).toContain('other.example:7');
      expect(check?.target).not.toContain('one.example');
    });

    it('names the part that is wrong', async () => {
      const [check] = await checksOf({ ...leaf, port: '70000' });
      expect(check?.needs).toEqual([]);
      await expect(check?.run({} as never)).rejects.toThrow('leaf.port: must be a number from 1 to 65535');
    });
  },
);

describe.each(kinds.filter(({ keys }) => 'host' in keys && 'port' in keys))('$kind', (kind) => {
  const leaf = (host: string) => ({ ...exampleOf(kind.kind), url: URLS[kind.kind]?.[0], host, port: 7 });
  const given = (host: string) =>
    checksOf(Object.fromEntries(Object.entries(leaf(host)).filter(([, value]) => value !== undefined)));

  it.each(['db.example:5432', '127.0.0.1:1', '[::1]:5432', 'a:65535'])('refuses %s as a host', async (host) => {
    const [check] = await given(host);
    await expect(check?.run({} as never)).rejects.toThrow('leaf.host: has a port; put it into port');
  });

  it.each(['db.example', '127.0.0.1', '::1', 'fe80::1:2:3'])('takes %s as a host', async (host) => {
    const [check] = await given(host);
    expect(check?.needs[0]).toContain(host);
  });
});

/** The objects of keys in a schema, however deep. */
function keySets(schema: unknown): Readonly<Record<string, unknown>>[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? [schema.properties as Readonly<Record<string, unknown>>] : [];
  return [...own, ...Object.values(schema).flatMap(keySets)];
}

describe('the published schema', () => {
  const definitions = documentSchema().$defs as Readonly<Record<string, unknown>>;

  it.each(kinds.map(({ kind }) => kind))('has cert and key wherever %s has ca', (kind) => {
    const sets = keySets(definitions[kind]).filter((keys) => 'ca' in keys);
    for (const keys of sets) expect(Object.keys(keys)).toEqual(expect.arrayContaining(['cert', 'key']));
  });

  it('has tables of URLs for every kind that takes the URL of a server, and its parts beside it', () => {
    const names = kinds.map(({ kind }) => kind);
    const takesParts = (kind: string) => keySets(definitions[kind]).some((keys) => 'url' in keys && 'host' in keys);
    const withTables = kinds.filter(({ dialects = [] }) => dialects.length > 0).map(({ kind }) => kind);
    expect(withTables).toEqual(names.filter(takesParts));
  });

  it.each([
    ['tcp', 'port', 'a number'],
    ['redis', 'port', 'a number or a string'],
    ['s3', 'mode', 'a choice'],
    ['http', 'url', 'a string'],
    ['tcp', 'timeout', 'a number of every kind'],
  ])('lets %s take %s, which is %s, from a secret or the environment', (kind, key) => {
    const [keys] = keySets(definitions[kind]);
    expect(JSON.stringify(keys?.[key])).toContain('"#/$defs/secret"');
  });

  it('puts what a value must be beside the reference, which is no such value', () => {
    expect(keySets(definitions.tcp)[0]?.port).toMatchObject({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 65_535 }, { $ref: '#/$defs/secret' }],
    });
    expect(keySets(definitions.tcp)[0]?.port).not.toHaveProperty('type');
  });

  it('lets the kind of a check be no reference', () => {
    expect(keySets(definitions.tcp)[0]?.kind).toMatchObject({ const: 'tcp' });
    expect(keySets(definitions.tcp)[0]?.kind).not.toHaveProperty('anyOf');
  });
});
