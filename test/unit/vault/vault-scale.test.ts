/** How often the vault calls its store, with thousands of namespaces and floods of tokens. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AuthError, UnhealthyError } from '../../../lib/errors.ts';
import { DocumentError } from '../../../lib/problem.ts';
import { createToken } from '../../../lib/document/tokens.ts';
import { Vault } from '../../../lib/vault/vault.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { batchStore, memoryStore } from '../../support/memory-store.ts';
import type { MemoryStore } from '../../support/memory-store.ts';
import { LEAF } from '../../support/namespace.ts';
import { openedBy } from '../../support/opened.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MANY = 5000;
const SPARE = 30;
let now = 0;

beforeEach(() => {
  now = 1_000_000;
});

const documentOf = (...tokens: string[]) => ({ access_tokens: tokens, checks: { db: LEAF } });
const opaque = (index: number) => `an-opaque-token-of-${String(index)}`;
const manyDocuments = () =>
  Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`n${String(index)}`, documentOf(opaque(index))]));
const open = (store: MemoryStore) => {
  const { log, lines } = collectedLog();
  return { vault: new Vault(store, log, { now: () => now }), lines };
};
/** The number of calls of each sort: `read`, `many`, `list`. */
const count = ({ calls }: MemoryStore) => {
  const sorts = calls.map((call) => call.split(' ', 1)[0] ?? '');
  return Object.fromEntries([...new Set(sorts)].map((sort) => [sort, sorts.filter((other) => other === sort).length]));
};
const throttled = () => Promise.reject(new UnhealthyError('Secrets Manager throttled the call: too many requests'));

describe('a vault with 5,000 namespaces', () => {
  it('makes one call for a token that carries its namespace, right or wrong', async () => {
    const token = createToken('n4711');
    const store = batchStore({ ...manyDocuments(), n4711: documentOf(token) });
    const { vault } = open(store);
    expect((await openedBy(vault, token))?.name).toBe('n4711');
    expect(store.calls).toEqual(['read n4711']);
    for (let time = 0; time < 100; time += 1) expect(await openedBy(vault, createToken('n4711'))).toBeUndefined();
    expect(store.calls).toEqual(['read n4711']);
    expect(await openedBy(vault, createToken('nowhere'))).toBeUndefined();
    expect(store.calls).toEqual(['read n4711', 'read nowhere']);
  });

  it('lists once and reads all together for opaque tokens, at most once a minute, however many there are', async () => {
    const store = batchStore(manyDocuments());
    const { vault } = open(store);
    const asked = [
      opaque(3),
      opaque(4999),
      ...Array.from({ length: 200 }, (_, index) => `wrong-token-${String(index)}`),
    ];
    const found = await Promise.all(asked.map((token) => openedBy(vault, token)));
    expect(found.map((namespace) => namespace?.name).filter(Boolean)).toEqual(['n3', 'n4999']);
    expect(count(store)).toEqual({ list: 1, many: 1, read: 2 });
    now += MINUTE - 1;
    await openedBy(vault, 'another-wrong-token');
    expect(count(store)).toEqual({ list: 1, many: 1, read: 2 });
    now += 1;
    await openedBy(vault, 'another-wrong-token');
    expect(count(store)).toEqual({ list: 2, many: 2, read: 2 });
  });
});

describe('a flood of wrong tokens', () => {
  let madeUp = 0;
  const flood = async (vault: Vault, tokens: number) => {
    for (let index = 0; index < tokens; index += 1) await vault.find(createToken(`made-up-${String((madeUp += 1))}`));
  };

  it('causes a limited number of calls when each names a new namespace, and keeps nobody out', async () => {
    const tokens = { known: createToken('known'), later: createToken('later') };
    const store = memoryStore({ known: documentOf(tokens.known), later: documentOf(tokens.later) });
    const { vault } = open(store);
    await openedBy(vault, tokens.known);
    await flood(vault, 2000);
    expect(count(store)).toEqual({ read: SPARE, list: 1 });
    expect((await openedBy(vault, tokens.known))?.name).toBe('known');
    expect((await openedBy(vault, tokens.later))?.name).toBe('later');
    expect(count(store)).toEqual({ read: SPARE + 1, list: 1 });
  });

  it('causes at most twice as many calls when it lasts a whole minute', async () => {
    const store = memoryStore();
    const { vault } = open(store);
    for (let second = 0; second < 60; second += 1) {
      await flood(vault, 20);
      now += SECOND;
    }
    expect(count(store).read).toBeLessThanOrEqual(2 * SPARE);
    expect(count(store).list).toBe(1);
  });

  it('causes a read of one namespace at most every ten seconds', async () => {
    const store = memoryStore({ prod: documentOf(createToken('prod')) });
    const { vault } = open(store);
    for (let second = 0; second < 60; second += 1) {
      for (let time = 0; time < 20; time += 1) await openedBy(vault, createToken('prod'));
      now += SECOND;
    }
    expect(store.calls).toEqual(Array.from({ length: 6 }, () => 'read prod'));
  });

  it('causes fewer and fewer calls while AWS throttles, and known tokens still work', async () => {
    const token = createToken('prod');
    const store = batchStore({ prod: documentOf(token, opaque(1)) });
    const { vault } = open(store);
    await openedBy(vault, token);
    await openedBy(vault, opaque(1));
    store.before = throttled;
    store.calls.length = 0;
    now += MINUTE;
    for (let second = 0; second < 60; second += 1) {
      expect((await openedBy(vault, token))?.name).toBe('prod');
      expect((await openedBy(vault, opaque(1)))?.name).toBe('prod');
      expect(await openedBy(vault, 'a-wrong-opaque-token')).toBeUndefined();
      now += SECOND;
    }
    expect(count(store).read).toBeLessThanOrEqual(12);
    expect(count(store).list).toBeLessThanOrEqual(4);
  });

  it('causes no flood of calls when AWS throttles from the beginning', async () => {
    const store = batchStore({ prod: documentOf(opaque(1)) });
    store.before = throttled;
    const { vault } = open(store);
    for (let second = 0; second < 60; second += 1) {
      for (let time = 0; time < 5; time += 1) {
        await expect(openedBy(vault, opaque(1))).rejects.toThrow('throttled the call');
        await expect(openedBy(vault, createToken('prod'))).rejects.toThrow('throttled the call');
      }
      now += SECOND;
    }
    expect(count(store).list).toBeLessThanOrEqual(7);
    expect(count(store).read).toBeLessThanOrEqual(15);
  });
});

describe('a rotated token', () => {
  it('is accepted ten seconds after the last read of the document', async () => {
    const [first, second] = [createToken('prod'), createToken('prod')];
    const store = memoryStore({ prod: documentOf(first) });
    const { vault } = open(store);
    await openedBy(vault, first);
    store.documents.set('prod', JSON.stringify(documentOf(second, first)));
    now += 10 * SECOND;
    expect((await openedBy(vault, second))?.name).toBe('prod');
    expect((await openedBy(vault, first))?.name).toBe('prod');
    expect(store.calls).toEqual(['read prod', 'read prod']);
  });

  it('is accepted ten seconds later even in a new namespace', async () => {
    const token = createToken('prod');
    const store = memoryStore();
    const { vault } = open(store);
    expect(await openedBy(vault, token)).toBeUndefined();
    store.documents.set('prod', JSON.stringify(documentOf(token)));
    now += 10 * SECOND;
    expect((await openedBy(vault, token))?.name).toBe('prod');
  });

  it('is accepted, if it is opaque, as soon as the index knows it', async () => {
    const store = batchStore({ prod: documentOf(createToken('prod')) });
    const { vault } = open(store);
    await vault.namespace('prod');
    store.documents.set('prod', JSON.stringify(documentOf(opaque(1))));
    now += SECOND;
    expect((await openedBy(vault, opaque(1)))?.name).toBe('prod');
  });
});

describe('namespaces that are read in one call', () => {
  it('make an unknown token an error when some cannot be read, and are logged together', async () => {
    const unreadable = { locked: new AuthError('not allowed'), binary: new DocumentError('binary') };
    const store = batchStore({ locked: '{}', binary: '{}', prod: documentOf(opaque(1)) }, unreadable);
    const { vault, lines } = open(store);
    expect((await openedBy(vault, opaque(1)))?.name).toBe('prod');
    await expect(openedBy(vault, 'a-token-of-perhaps-locked')).rejects.toMatchObject({ code: 'ConnectionError' });
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { message: 'some namespaces cannot be read', count: 1, namespaces: ['locked'] },
    ]);
  });

  it('cause reads only of the secrets that tokens refer to', async () => {
    const checks = { db: { kind: 'postgres', url: { secret: 'db' } } };
    const store = batchStore({ prod: { access_tokens: [{ secret: 'token' }], checks } });
    store.secrets.set('token', opaque(1)).set('db', 'postgres://db.example/app');
    const { vault } = open(store);
    await openedBy(vault, 'a-wrong-opaque-token');
    expect(store.calls).toEqual(['list', 'many prod', 'secret token']);
    expect((await openedBy(vault, opaque(1)))?.name).toBe('prod');
  });

  it('make an unknown token an error when the secret of a token cannot be read', async () => {
    const store = batchStore({ prod: { access_tokens: [{ secret: 'token' }], checks: { db: LEAF } } });
    store.before = (call) => (call === 'secret token' ? throttled() : undefined);
    const { vault } = open(store);
    await expect(openedBy(vault, 'a-wrong-opaque-token')).rejects.toMatchObject({ code: 'ConnectionError' });
  });
});
