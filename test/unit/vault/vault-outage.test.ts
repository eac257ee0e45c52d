import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthError, ConnectionError } from '../../../lib/errors.ts';
import { createToken } from '../../../lib/document/tokens.ts';
import { Vault } from '../../../lib/vault/vault.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { memoryStore } from '../../support/memory-store.ts';
import type { MemoryStore } from '../../support/memory-store.ts';
import { LEAF } from '../../support/namespace.ts';
import { openedBy } from '../../support/opened.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OPAQUE = 'an-opaque-token-of-prod';
const token = createToken('prod');
const down = () => Promise.reject(new ConnectionError('connection refused by vault'));

let now = 0;

beforeEach(() => {
  now = 1_000_000;
});

afterEach(() => {
  vi.useRealTimers();
});

function opened(checks: unknown = { db: LEAF }, secrets: Readonly<Record<string, string>> = {}) {
  const memory = memoryStore({ prod: { access_tokens: [token, OPAQUE], checks } }, secrets);
  const { log, lines } = collectedLog();
  return { memory, vault: new Vault(memory, log, { now: () => now }), lines };
}

const unavailable = { code: 'ConnectionError' };

describe('a store that does not answer', () => {
  it('makes each find reject if it never answered', async () => {
    const { memory, vault, lines } = opened();
    memory.before = down;
    await expect(openedBy(vault, token)).rejects.toMatchObject(unavailable);
    await expect(openedBy(vault, OPAQUE)).rejects.toMatchObject(unavailable);
    expect(lines.join()).toContain('a namespace cannot be read');
    memory.before = () => undefined;
    now += 1000;
    expect((await openedBy(vault, token))?.name).toBe('prod');
    expect((await openedBy(vault, OPAQUE))?.name).toBe('prod');
  });

  it('is bridged for an hour with what was read before', async () => {
    const { memory, vault } = opened();
    const [direct, opaque] = [await openedBy(vault, token), await openedBy(vault, OPAQUE)];
    memory.before = down;
    now += HOUR - 1;
    expect(await openedBy(vault, token)).toBe(direct);
    expect(await openedBy(vault, OPAQUE)).toBe(opaque);
    now += 2;
    await expect(openedBy(vault, token)).rejects.toMatchObject(unavailable);
  });

  it('still lets no wrong tokens in while it is bridged', async () => {
    const { memory, vault } = opened();
    await openedBy(vault, token);
    await openedBy(vault, OPAQUE);
    memory.before = down;
    now += MINUTE;
    expect(await openedBy(vault, createToken('prod'))).toBeUndefined();
    expect(await openedBy(vault, 'a-wrong-token-of-the-tests')).toBeUndefined();
  });

  it('is given up after a while', async () => {
    vi.useFakeTimers();
    const { memory, vault } = opened();
    const signals: AbortSignal[] = [];
    memory.before = (_call, signal) => {
      signals.push(signal);
      return new Promise<void>(() => undefined);
    };
    const finding = [openedBy(vault, token), openedBy(vault, OPAQUE)].map((found) =>
      expect(found).rejects.toMatchObject({ code: 'TimeoutError' }),
    );
    await vi.runAllTimersAsync();
    await Promise.all(finding);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('is bridged after an unexpected error too, and the error is passed on', async () => {
    const { memory, vault } = opened();
    memory.before = () => Promise.reject(new TypeError('raw'));
    await expect(openedBy(vault, token)).rejects.toThrow(TypeError);
    memory.before = () => undefined;
    now += 1000;
    const found = await openedBy(vault, token);
    memory.before = () => Promise.reject(new TypeError('raw'));
    now += MINUTE;
    expect(await openedBy(vault, token)).toBe(found);
  });
});

describe('one namespace that cannot be read', () => {
  const withOther = () => {
    const all = opened();
    all.memory.documents.set('locked', '{}');
    all.memory.before = (call) => (call === 'read locked' ? Promise.reject(new AuthError('not allowed')) : undefined);
    return all;
  };

  it('does not affect the tokens of the others', async () => {
    const { vault } = withOther();
    expect((await openedBy(vault, token))?.name).toBe('prod');
    expect((await openedBy(vault, OPAQUE))?.name).toBe('prod');
  });

  it('makes an unknown opaque token an error', async () => {
    const { vault } = withOther();
    await expect(openedBy(vault, 'a-token-of-perhaps-locked')).rejects.toMatchObject(unavailable);
  });
});

describe('a secret that cannot be read', () => {
  const checks = { db: { kind: 'postgres', url: { secret: 'db' } }, other: LEAF };
  const withoutSecrets = (memory: MemoryStore) => {
    memory.before = (call) => (call.startsWith('secret') ? down() : undefined);
  };

  it('makes its leaf a ConfigurationError at first, and is read again soon', async () => {
    const { memory, vault } = opened(checks, { db: 'postgres://app@db.example/app' });
    withoutSecrets(memory);
    const first = await openedBy(vault, token);
    expect(first).toMatchObject({
      incomplete: true,
      root: { parts: [{ target: '' }, { target: 'tcp db.example:5432' }] },
    });
    memory.before = () => undefined;
    now += 5000;
    expect(await openedBy(vault, token)).toMatchObject({
      incomplete: false,
      root: { parts: [{ target: 'postgres db.example:5432' }, {}] },
    });
  });

  it('leaves the previous document in use', async () => {
    const { memory, vault } = opened(checks, { db: 'postgres://app@db.example/app' });
    const first = await openedBy(vault, token);
    withoutSecrets(memory);
    now += MINUTE;
    expect(await openedBy(vault, token)).toBe(first);
  });

  it('is reported immediately if it does not exist', async () => {
    const { memory, vault } = opened(checks, { db: 'postgres://app@db.example/app' });
    await openedBy(vault, token);
    memory.secrets.clear();
    now += MINUTE;
    expect((await openedBy(vault, token))?.problems).toEqual([
      { path: 'checks.db.url', message: 'the vault has no secret db' },
    ]);
  });
});

describe('the log', () => {
  it('names the namespace and the place of a refused document, but shows nothing of its text', async () => {
    const { memory, vault, lines } = opened();
    memory.documents.set('prod', '{"access_tokens":["hunter2-short"],"checks":{}}');
    expect(await openedBy(vault, token)).toBeUndefined();
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        level: 'error',
        message: 'a namespace is refused',
        namespace: 'prod',
        problem: expect.stringMatching(/^access_tokens\.0: /) as string,
      },
    ]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('lists the paths of at most twenty mistakes, once for a document', async () => {
    const leaf = { kind: 'postgres://app:hunter2@db.example', url: 'postgres://app:hunter2@db.example' };
    const checks = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`c${String(index)}`, leaf]));
    const { vault, lines } = opened(checks);
    await openedBy(vault, token);
    now += MINUTE;
    await openedBy(vault, token);
    const [line, ...more] = lines.map((text) => JSON.parse(text) as { problems: object[] });
    expect(more).toEqual([]);
    expect(line?.problems).toHaveLength(20);
    expect(line?.problems[0]).toEqual({ path: 'checks.c0.kind', message: 'unknown kind' });
    expect(lines.join()).not.toContain('hunter2');
  });
});

describe('prover', () => {
  const signal = new AbortController().signal;

  it("reads the namespace's own document, or a named secret, each time", async () => {
    const { memory, vault } = opened({ db: LEAF }, { other: 'x' });
    await openedBy(vault, token);
    await vault.access('prod').prove(undefined, signal);
    await vault.access('prod').prove('other', signal);
    expect(memory.calls).toEqual(['read prod', 'read prod', 'secret other']);
  });

  it('reports a missing secret as an UnhealthyError', async () => {
    const { vault } = opened();
    await expect(vault.access('gone').prove(undefined, signal)).rejects.toMatchObject({
      code: 'UnhealthyError',
      message: 'vault memory:test has no secret gone; create or restore it there',
    });
    await expect(vault.access('prod').prove('other', signal)).rejects.toMatchObject({
      message: 'vault memory:test has no secret other; create or restore it there',
    });
  });

  it('says how old the data in use is while the vault cannot be read', async () => {
    const { memory, vault } = opened();
    await openedBy(vault, token);
    memory.before = down;
    now += 7 * MINUTE;
    await openedBy(vault, token);
    await expect(vault.access('prod').prove(undefined, signal)).rejects.toMatchObject({
      code: 'ConnectionError',
      message: 'connection refused by vault; the version read 7 min ago is in use',
    });
  });

  it('passes on unexpected errors', async () => {
    const { memory, vault } = opened();
    const error = new TypeError('raw');
    memory.before = () => Promise.reject(error);
    await expect(vault.access('prod').prove(undefined, signal)).rejects.toBe(error);
  });
});
