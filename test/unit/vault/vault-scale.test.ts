/** How often the vault is asked, with thousands of namespaces and floods of tokens. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AuthError, UnhealthyError } from '../../../lib/errors.ts';
import { DocumentError } from '../../../lib/problem.ts';
import { createToken } from '../../../lib/document/tokens.ts';
import { Vault } from '../../../lib/vault/vault.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { batchStore, memoryStore } from '../../support/memory-store.ts';
import type { MemoryStore } from '../../support/memory-store.ts';
import { LEAF } from '../../support/namespace.ts';

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
  return { vault: new Vault(store, log, () => now), lines };
};
/** Calls of each sort: `read`, `many`, `list`. */
const count = ({ calls }: MemoryStore) => {
  const sorts = calls.map((call) => call.split(' ', 1)[0] ?? '');
  return Object.fromEntries([...new Set(sorts)].map((sort) => [sort, sorts.filter((other) => other === sort).length]));
};
const throttled = () => Promise.reject(new UnhealthyError('Secrets Manager throttles: too many requests'));

describe('of 5,000 namespaces', () => {
  it('a token that carries its own costs one call, right or wrong', async () => {
    const token = createToken('n4711');
    const store = batchStore({ ...manyDocuments(), n4711: documentOf(token) });
    const { vault } = open(store);
    expect((await vault.find(token))?.name).toBe('n4711');
    expect(store.calls).toEqual(['read n4711']);
    for (let time = 0; time < 100; time += 1) expect(await vault.find(createToken('n4711'))).toBeUndefined();
    expect(store.calls).toEqual(['read n4711']);
    expect(await vault.find(createToken('nowhere'))).toBeUndefined();
    expect(store.calls).toEqual(['read n4711', 'read nowhere']);
  });

  it('an opaque token costs the list and 250 calls, and once a minute at most, however many ask', async () => {
    const store = batchStore(manyDocuments());
    const { vault } = open(store);
    const asked = [
      opaque(3),
      opaque(4999),
      ...Array.from({ length: 200 }, (_, index) => `wrong-token-${String(index)}`),
    ];
    const found = await Promise.all(asked.map((token) => vault.find(token)));
    expect(found.map((namespace) => namespace?.name).filter(Boolean)).toEqual(['n3', 'n4999']);
    expect(count(store)).toEqual({ list: 1, many: MANY / 20, read: 2 });
    now += MINUTE - 1;
    await vault.find('another-wrong-token');
    expect(count(store)).toEqual({ list: 1, many: MANY / 20, read: 2 });
    now += 1;
    await vault.find('another-wrong-token');
    expect(count(store)).toEqual({ list: 2, many: (2 * MANY) / 20, read: 2 });
  });
});

describe('a flood of wrong tokens', () => {
  let madeUp = 0;
  const flood = async (vault: Vault, tokens: number) => {
    for (let index = 0; index < tokens; index += 1) await vault.find(createToken(`made-up-${String((madeUp += 1))}`));
  };

  it('with ever new namespaces costs a bounded number of calls, and keeps out nobody', async () => {
    const tokens = { known: createToken('known'), later: createToken('later') };
    const store = memoryStore({ known: documentOf(tokens.known), later: documentOf(tokens.later) });
    const { vault } = open(store);
    await vault.find(tokens.known);
    await flood(vault, 2000);
    expect(count(store)).toEqual({ read: SPARE, list: 1 });
    expect((await vault.find(tokens.known))?.name).toBe('known');
    expect((await vault.find(tokens.later))?.name).toBe('later');
    expect(count(store)).toEqual({ read: SPARE + 1, list: 1 });
  });

  it('of a whole minute costs twice as many', async () => {
    const store = memoryStore();
    const { vault } = open(store);
    for (let second = 0; second < 60; second += 1) {
      await flood(vault, 20);
      now += SECOND;
    }
    expect(count(store).read).toBeLessThanOrEqual(2 * SPARE);
    expect(count(store).list).toBe(1);
  });

  it('for one namespace has it read every ten seconds at most', async () => {
    const store = memoryStore({ prod: documentOf(createToken('prod')) });
    const { vault } = open(store);
    for (let second = 0; second < 60; second += 1) {
      for (let time = 0; time < 20; time += 1) await vault.find(createToken('prod'));
      now += SECOND;
    }
    expect(store.calls).toEqual(Array.from({ length: 6 }, () => 'read prod'));
  });

  it('while AWS throttles, tries less and less often, and what is known is answered', async () => {
    const token = createToken('prod');
    const store = batchStore({ prod: documentOf(token, opaque(1)) });
    const { vault } = open(store);
    await vault.find(token);
    await vault.find(opaque(1));
    store.before = throttled;
    store.calls.length = 0;
    now += MINUTE;
    for (let second = 0; second < 60; second += 1) {
      expect((await vault.find(token))?.name).toBe('prod');
      expect((await vault.find(opaque(1)))?.name).toBe('prod');
      expect(await vault.find('a-wrong-opaque-token')).toBeUndefined();
      now += SECOND;
    }
    expect(count(store).read).toBeLessThanOrEqual(12);
    expect(count(store).list).toBeLessThanOrEqual(4);
  });

  it('while AWS throttles from the beginning, is no flood of calls', async () => {
    const store = batchStore({ prod: documentOf(opaque(1)) });
    store.before = throttled;
    const { vault } = open(store);
    for (let second = 0; second < 60; second += 1) {
      for (let time = 0; time < 5; time += 1) {
        await expect(vault.find(opaque(1))).rejects.toThrow('throttles');
        await expect(vault.find(createToken('prod'))).rejects.toThrow('throttles');
      }
      now += SECOND;
    }
    expect(count(store).list).toBeLessThanOrEqual(7);
    expect(count(store).read).toBeLessThanOrEqual(15);
  });
});

describe('a rotated token', () => {
  it('is let in ten seconds after the document was read last', async () => {
    const [first, second] = [createToken('prod'), createToken('prod')];
    const store = memoryStore({ prod: documentOf(first) });
    const { vault } = open(store);
    await vault.find(first);
    store.documents.set('prod', JSON.stringify(documentOf(second, first)));
    now += 10 * SECOND;
    expect((await vault.find(second))?.name).toBe('prod');
    expect((await vault.find(first))?.name).toBe('prod');
    expect(store.calls).toEqual(['read prod', 'read prod']);
  });

  it('of a namespace that is new is, too', async () => {
    const token = createToken('prod');
    const store = memoryStore();
    const { vault } = open(store);
    expect(await vault.find(token)).toBeUndefined();
    store.documents.set('prod', JSON.stringify(documentOf(token)));
    now += 10 * SECOND;
    expect((await vault.find(token))?.name).toBe('prod');
  });

  it('that is opaque is let in as soon as the index knows it', async () => {
    const store = batchStore({ prod: documentOf(createToken('prod')) });
    const { vault } = open(store);
    await vault.namespace('prod');
    store.documents.set('prod', JSON.stringify(documentOf(opaque(1))));
    now += SECOND;
    expect((await vault.find(opaque(1)))?.name).toBe('prod');
  });
});

describe('namespaces read many at once', () => {
  it('of which some cannot be read leave it open whose an unknown token is, and are logged together', async () => {
    const unreadable = { locked: new AuthError('not allowed'), binary: new DocumentError('binary') };
    const store = batchStore({ locked: '{}', binary: '{}', prod: documentOf(opaque(1)) }, unreadable);
    const { vault, lines } = open(store);
    expect((await vault.find(opaque(1)))?.name).toBe('prod');
    await expect(vault.find('a-token-of-perhaps-locked')).rejects.toMatchObject({ code: 'ConnectionError' });
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { message: 'some namespaces cannot be read', count: 1, namespaces: ['locked'] },
    ]);
  });

  it('have only those of their secrets read that tokens refer to', async () => {
    const checks = { db: { kind: 'postgres', url: { secret: 'db' } } };
    const store = batchStore({ prod: { access_tokens: [{ secret: 'token' }], checks } });
    store.secrets.set('token', opaque(1)).set('db', 'postgres://db.example/app');
    const { vault } = open(store);
    await vault.find('a-wrong-opaque-token');
    expect(store.calls).toEqual(['list', 'many prod', 'secret token']);
    expect((await vault.find(opaque(1)))?.name).toBe('prod');
  });

  it('whose tokens refer to a secret that cannot be read leave it open, too', async () => {
    const store = batchStore({ prod: { access_tokens: [{ secret: 'token' }], checks: { db: LEAF } } });
    store.before = (call) => (call === 'secret token' ? throttled() : undefined);
    const { vault } = open(store);
    await expect(vault.find('a-wrong-opaque-token')).rejects.toMatchObject({ code: 'ConnectionError' });
  });
});
