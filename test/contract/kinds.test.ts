/** What every kind of check must do. Runs all kinds of the registry against the real servers. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { kinds } from '../../lib/checks/index.ts';
import { answersGarbage, blackHole, closesImmediately, slowProxy, corruptingProxy } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { createLog } from '../../lib/log.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { runLeaf } from '../support/run-leaf.ts';
import type { RunLeafOptions } from '../support/run-leaf.ts';
import { freePort } from '../stack/process.ts';
import { fixtures } from './fixtures/index.ts';

const stack = inject('stack');
const emulated = secretsManagerStore(stack.aws.secretsPrefix);

/** Runs a leaf in a namespace that is stored in the emulator's Secrets Manager. */
const run = (leaf: object, options: RunLeafOptions = {}) =>
  runLeaf(leaf, {
    vault: new Vault(
      emulated,
      createLog(() => undefined),
    ).access('contract'),
    ...options,
  });

beforeAll(async () => {
  const document = { access_tokens: ['a token of the contract suite'], checks: { none: { kind: 'none' } } };
  await emulated.write('contract', JSON.stringify(document), AbortSignal.timeout(10_000));
});

/** How many times each kind gets a corrupted answer, each time corrupted in another way. */
const CORRUPTED = 20;
const FORESEEN = /^(working$|(Timeout|Connection|TLS|Auth|Configuration|Unhealthy)Error: )/;

const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => rejections.push(reason);
const servers: FaultyServer[] = [];

/** A server that ends with the test. */
async function using(server: Promise<FaultyServer>): Promise<FaultyServer> {
  const started = await server;
  servers.push(started);
  return started;
}

beforeEach(() => {
  process.on('unhandledRejection', noteRejection);
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  process.off('unhandledRejection', noteRejection);
  vi.unstubAllEnvs();
  expect(rejections.splice(0)).toEqual([]);
});

it('has a fixture for every kind', () => {
  expect(fixtures.map((fixture) => fixture.kind).sort()).toEqual(kinds.map((kind) => kind.kind).sort());
});

describe.each(fixtures)('$kind', (fixture) => {
  const { at: leafAt, environment, wrongCredentials, realPort, faults } = fixture;

  it.each(Object.entries(fixture.works(stack)))('works with %s', async (_name, leaf) => {
    const before = openHandles();
    const { status } = await run(leaf);
    expect(status).toBe('working');
    expect(await settledHandles(before)).toEqual([]);
  });

  it.each(Object.entries(fixture.fails?.(stack) ?? {}))('reports %s', async (_name, { leaf, error }) => {
    const before = openHandles();
    const { status, logged } = await run(leaf);
    expect(status).toMatch(error);
    expect(logged).toBe('');
    expect(await settledHandles(before)).toEqual([]);
  });

  if (wrongCredentials !== undefined) {
    it('reports wrong credentials as an AuthError that does not show them', async () => {
      const secret = `wrong-${randomBytes(8).toString('hex')}`;
      const before = openHandles();
      const { status, logged } = await run(wrongCredentials(stack, secret));
      expect(status).toMatch(/^AuthError: /);
      expect(status + logged).not.toContain(secret);
      expect(await settledHandles(before)).toEqual([]);
    });
  }

  if (leafAt === undefined || realPort === undefined) return;

  const at: typeof leafAt = (port, stack) => {
    Object.entries(environment?.(port) ?? {}).forEach(([name, value]) => vi.stubEnv(name, value));
    return leafAt(port, stack);
  };

  /** A leaf with a short timeout, aimed at the port. */
  const aimed = (port: number) => ({ ...at(port, stack), timeout: 0.4 });

  it('reports a refused connection as a ConnectionError', async () => {
    const { status, logged } = await run(aimed(await freePort()));
    expect(status).toMatch(faults?.refused ?? /^ConnectionError: .*127\.0\.0\.1:\d+/);
    expect(logged).toBe('');
  });

  it('reports a server that never answers as a TimeoutError', async () => {
    const before = openHandles();
    const { port } = await using(blackHole());
    const { status, logged } = await run(aimed(port));
    expect(status).toMatch(faults?.blackHole ?? /^TimeoutError: no answer within 0\.4 s from /);
    expect(logged).toBe('');
    await servers.pop()?.stop();
    expect(await settledHandles(before)).toEqual([]);
  });

  it('reports a server that closes the connection as a ConnectionError', async () => {
    const { port } = await using(closesImmediately());
    const { status, logged } = await run({ ...aimed(port), timeout: 3 });
    expect(status).toMatch(faults?.closes ?? /^ConnectionError: /);
    expect(logged).toBe('');
  });

  it.each([
    ['garbage text', Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')],
    ['garbage bytes', Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 167 + 13) % 256))],
  ])('does not take %s for a healthy answer', async (_name, bytes) => {
    const { port } = await using(answersGarbage(bytes));
    const { status, logged } = await run({ ...aimed(port), timeout: 1 });
    expect(status).toMatch(faults?.garbage ?? /^(UnhealthyError|ConnectionError|TLSError|AuthError|TimeoutError): /);
    expect(logged).toBe('');
  });

  it('works or reports a known error when an answer is corrupted on the way', async () => {
    const before = openHandles();
    for (let seed = 1; seed <= CORRUPTED; seed += 1) {
      const { port } = await using(corruptingProxy(realPort(stack), seed));
      const { status, logged } = await run(aimed(port));
      expect([seed, status]).toEqual([seed, expect.stringMatching(FORESEEN)]);
      expect(logged).toBe('');
      await servers.pop()?.stop();
    }
    expect(await settledHandles(before)).toEqual([]);
  });

  it('reports a server that is slower than the timeout as a TimeoutError', async () => {
    const { port } = await using(slowProxy(realPort(stack), 600));
    const { status, logged } = await run(aimed(port));
    expect(status).toMatch(faults?.slow ?? /^TimeoutError: no answer within 0\.4 s from /);
    expect(logged).toBe('');
  });

  it('works with a server that is slow but faster than the timeout', async () => {
    const { port } = await using(slowProxy(realPort(stack), 10));
    const { status } = await run({ ...at(port, stack), timeout: 10 });
    expect(status).toBe('working');
  });

  it('ends immediately when it is aborted before it starts', async () => {
    const before = openHandles();
    const { port } = await using(blackHole());
    const { status } = await run({ ...at(port, stack), timeout: 28 }, { signal: AbortSignal.abort() });
    expect(status).toMatch(faults?.aborted ?? /^AbortedError: called off after /);
    await servers.pop()?.stop();
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends immediately when it is aborted while it runs', async () => {
    const before = openHandles();
    const { port } = await using(blackHole());
    const controller = new AbortController();
    const running = run({ ...at(port, stack), timeout: 28 }, { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 100);
    const { status } = await running;
    expect(status).toMatch(faults?.aborted ?? /^AbortedError: called off after /);
    await servers.pop()?.stop();
    expect(await settledHandles(before)).toEqual([]);
  });
});
