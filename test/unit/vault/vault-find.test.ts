import { beforeEach, describe, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { Vault } from '../../../lib/vault/vault.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { memoryStore } from '../../support/memory-store.ts';
import type { MemoryStore } from '../../support/memory-store.ts';
import { LEAF } from '../../support/namespace.ts';
import { openedBy } from '../../support/opened.ts';

const MINUTE = 60_000;
let now = 0;

beforeEach(() => {
  now = 1_000_000;
});

const documentOf = (...tokens: string[]) => ({ access_tokens: tokens, checks: { db: LEAF } });
const open = (store: MemoryStore) => new Vault(store, collectedLog().log, { now: () => now });

const prodToken = createToken('prod');
const devToken = createToken('dev');
const OPAQUE = 'an-opaque-token-of-prod';
const OPAQUE_DEV = 'an-opaque-token-of-dev';

function store(): MemoryStore {
  return memoryStore({ prod: documentOf(prodToken, OPAQUE), dev: documentOf(devToken, OPAQUE_DEV), broken: '{' });
}

describe('a token that carries its namespace', () => {
  it('finds its namespace in one read, and without a read for a minute', async () => {
    const vault = open(store());
    const memory = store();
    const counted = open(memory);
    expect((await openedBy(vault, prodToken))?.name).toBe('prod');
    const found = await openedBy(counted, prodToken);
    now += MINUTE - 1;
    expect(await openedBy(counted, prodToken)).toBe(found);
    expect(memory.calls).toEqual(['read prod']);
    now += 1;
    await openedBy(counted, prodToken);
    expect(memory.calls).toEqual(['read prod', 'read prod']);
  });

  it.each([
    ['another token of the same namespace', createToken('prod'), ['read prod']],
    ['a token of a namespace that does not exist', createToken('nowhere'), ['read nowhere']],
    ['a token of a document that cannot be used', createToken('broken'), ['read broken']],
    ['the token of another namespace', devToken.replace('dev', 'prod'), ['read prod']],
  ])('opens nothing when it is %s, with no more reads than a right token', async (_name, token, calls) => {
    const memory = store();
    const vault = open(memory);
    for (let time = 0; time < 3; time += 1) expect(await openedBy(vault, token)).toBeUndefined();
    expect(memory.calls).toEqual(calls);
  });

  it('causes one read when many look it up concurrently', async () => {
    const memory = store();
    const vault = open(memory);
    await Promise.all(Array.from({ length: 50 }, () => openedBy(vault, prodToken)));
    expect(memory.calls).toEqual(['read prod']);
  });
});

describe('an opaque token', () => {
  it('is found among all namespaces, each read once', async () => {
    const memory = store();
    const vault = open(memory);
    const found = await Promise.all([OPAQUE, OPAQUE_DEV, OPAQUE].map((token) => openedBy(vault, token)));
    expect(found.map((namespace) => namespace?.name)).toEqual(['prod', 'dev', 'prod']);
    expect(memory.calls[0]).toBe('list');
    expect([...memory.calls].sort()).toEqual(['list', 'read broken', 'read dev', 'read prod']);
  });

  it('causes the same calls whether it is right or wrong', async () => {
    const [right, wrong] = [store(), store()];
    const [first, second] = [open(right), open(wrong)];
    for (let time = 0; time < 3; time += 1) {
      expect((await openedBy(first, OPAQUE))?.name).toBe('prod');
      expect(await openedBy(second, 'a-wrong-token-of-the-tests')).toBeUndefined();
    }
    expect(wrong.calls).toEqual(right.calls);
  });

  it('is found in a new document after a minute', async () => {
    const memory = store();
    const vault = open(memory);
    expect(await openedBy(vault, 'a-later-token-of-tests')).toBeUndefined();
    memory.documents.set('later', JSON.stringify(documentOf('a-later-token-of-tests')));
    now += MINUTE;
    expect((await openedBy(vault, 'a-later-token-of-tests'))?.name).toBe('later');
  });

  it('no longer opens a namespace that no longer lists it', async () => {
    const memory = store();
    const vault = open(memory);
    expect((await openedBy(vault, OPAQUE))?.name).toBe('prod');
    memory.documents.set('prod', JSON.stringify(documentOf(prodToken)));
    now += MINUTE;
    expect(await openedBy(vault, OPAQUE)).toBeUndefined();
  });

  it('is found whatever else is in the store', async () => {
    const memory = memoryStore({
      '../etc': documentOf('token-of-a-strange-name'),
      nonsense: 'no JSON',
      refused: { access_tokens: ['short'], checks: {} },
      prod: documentOf(OPAQUE),
    });
    const vault = open(memory);
    expect((await openedBy(vault, OPAQUE))?.name).toBe('prod');
    expect(await openedBy(vault, 'token-of-a-strange-name')).toBeUndefined();
    expect(memory.calls).not.toContain('read ../etc');
  });
});

describe('a text that cannot be a token', () => {
  it.each([
    ['an empty text', ''],
    ['a text of a megabyte', 'x'.repeat(1024 * 1024)],
    ['a text of a megabyte that carries a namespace', `hg_prod_${'x'.repeat(1024 * 1024)}`],
  ])('causes no read: %s', async (_name, token) => {
    const memory = store();
    expect(await openedBy(open(memory), token)).toBeUndefined();
    expect(memory.calls).toEqual([]);
  });

  it.each([
    ['a path', `hg_../../etc/passwd_${'r'.repeat(43)}`],
    ['a null byte', `hg_prod\u0000_${'r'.repeat(43)}`],
    ['a name that objects inherit', '__proto__'],
  ])('never becomes the name of a document: %s', async (_name, token) => {
    const memory = store();
    expect(await openedBy(open(memory), token)).toBeUndefined();
    expect(memory.calls.every((call) => /^(?:list|read (?:prod|dev|broken))$/.test(call))).toBe(true);
  });
});

describe('a disabled namespace', () => {
  it('is opened by none of its tokens until it is enabled', async () => {
    const memory = memoryStore({ prod: { ...documentOf(prodToken, OPAQUE), disabled: true } });
    const vault = open(memory);
    expect(await openedBy(vault, prodToken)).toBeUndefined();
    expect(await openedBy(vault, OPAQUE)).toBeUndefined();
    memory.documents.set('prod', JSON.stringify(documentOf(prodToken, OPAQUE)));
    now += MINUTE;
    expect((await openedBy(vault, prodToken))?.name).toBe('prod');
    expect((await openedBy(vault, OPAQUE))?.name).toBe('prod');
  });
});

describe('a document that was read again', () => {
  it('stays the same object while its text and its secrets are the same', async () => {
    const checks = { db: { kind: 'postgres', url: { secret: 'db' } } };
    const memory = memoryStore(
      { prod: { access_tokens: [prodToken], checks } },
      { db: 'postgres://app@one.example/app' },
    );
    const vault = open(memory);
    const first = await openedBy(vault, prodToken);
    now += MINUTE;
    expect(await openedBy(vault, prodToken)).toBe(first);
    memory.secrets.set('db', 'postgres://app@two.example/app');
    now += MINUTE;
    const second = await openedBy(vault, prodToken);
    expect(second).not.toBe(first);
    expect(second?.root.parts).toMatchObject([{ target: 'postgres two.example:5432' }]);
  });

  it('accepts a new token and refuses an old one', async () => {
    const memory = store();
    const vault = open(memory);
    await openedBy(vault, prodToken);
    const next = createToken('prod');
    memory.documents.set('prod', JSON.stringify(documentOf(next)));
    now += MINUTE;
    expect((await openedBy(vault, next))?.name).toBe('prod');
    expect(await openedBy(vault, prodToken)).toBeUndefined();
  });

  it('opens nothing when it is gone', async () => {
    const memory = store();
    const vault = open(memory);
    await openedBy(vault, prodToken);
    memory.documents.delete('prod');
    now += MINUTE;
    expect(await openedBy(vault, prodToken)).toBeUndefined();
  });
});
