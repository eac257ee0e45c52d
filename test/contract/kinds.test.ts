/** Whether every kind of check tells what works from what does not. Runs all kinds against the real servers. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../lib/checks/index.ts';
import { freePort } from '../stack/process.ts';
import { answersGarbage, blackHole, closesImmediately, corruptingProxy, slowProxy } from '../support/faulty-server.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { fixtures } from './fixtures/index.ts';
import { aimedFixtures, registerHooks, run, runAll, stack, stopServers, using } from './suite.ts';

/** How many times each kind gets a corrupted answer, each time corrupted in another way. */
const CORRUPTED = 20;
const FORESEEN = /^(working$|(Timeout|Connection|TLS|Auth|Configuration|Unhealthy)Error: )/;
/** A message that says when the time was up: after the connection was open. */
const IN_A_STAGE = /^TimeoutError: no answer within 0\.4 s from .* (?:during|while) (?!resolving|connecting)/;

registerHooks();

it('has a fixture for every kind', () => {
  const kindsOfFixtures = new Set(fixtures.map((fixture) => fixture.kind));
  expect([...kindsOfFixtures].sort()).toEqual(kinds.map((kind) => kind.kind).sort());
});

it.each(fixtures)('has every case for $kind, or says why it cannot', ({ at, realPort, overTls, lacks }) => {
  expect(at === undefined).toBe(lacks?.at !== undefined);
  expect(realPort === undefined).toBe(lacks?.at !== undefined);
  if (at !== undefined) expect(overTls === undefined).toBe(lacks?.TLS !== undefined);
});

describe.each(fixtures)('$kind', ({ works, fails, wrongCredentials }) => {
  it.each(Object.entries(works(stack)))('works with %s', async (_name, leaf) => {
    const before = openHandles();
    const { status } = await run(leaf);
    expect(status).toBe('working');
    expect(await settledHandles(before)).toEqual([]);
  });

  it.each(Object.entries(fails?.(stack) ?? {}))('reports %s', async (_name, { leaf, error }) => {
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
});

describe.each(aimedFixtures)('$kind', ({ at, realPort, addressOf, fixture: { faults } }) => {
  /** A leaf with a short timeout, aimed at the port. */
  const aimed = (port: number) => ({ ...at(port), timeout: 0.4 });

  it('reports a refused connection as a ConnectionError', async () => {
    const { status, logged } = await run(aimed(await freePort()));
    expect(status).toMatch(faults?.refused ?? /^ConnectionError: .*127\.0\.0\.1:\d+/);
    expect(logged).toBe('');
  });

  it('names the address that two refused checks share', async () => {
    const port = await freePort();
    const outcomes = await runAll({ one: aimed(port), other: aimed(port) });
    // A composite check may have several steps that begin with the run.
    const failed = Object.values(outcomes).flatMap(({ results }) => results);
    const others = failed.filter(({ causes }) => causes.some((cause) => 'address' in cause)).length - 1;
    const like = others === 1 ? 'like 1 other that needs' : `like ${others} others that need`;
    const ending = ` (${like} ${addressOf(port)})`;
    expect(Object.values(outcomes).map(({ status }) => status.slice(-ending.length))).toEqual([ending, ending]);
  });

  it('reports a server that never answers as a TimeoutError', async () => {
    const before = openHandles();
    const { port } = await using(blackHole());
    const { status, logged } = await run(aimed(port));
    expect(status).toMatch(faults?.blackHole ?? IN_A_STAGE);
    expect(logged).toBe('');
    await stopServers();
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
      const { port } = await using(corruptingProxy(realPort, seed));
      const { status, logged } = await run(aimed(port));
      expect([seed, status]).toEqual([seed, expect.stringMatching(FORESEEN)]);
      expect(logged).toBe('');
      await stopServers();
    }
    expect(await settledHandles(before)).toEqual([]);
  });

  it('reports a server that is slower than the timeout as a TimeoutError', async () => {
    const { port } = await using(slowProxy(realPort, 600));
    const { status, logged } = await run(aimed(port));
    expect(status).toMatch(faults?.slow ?? IN_A_STAGE);
    expect(logged).toBe('');
  });

  it('works with a server that is slow but faster than the timeout', async () => {
    const { port } = await using(slowProxy(realPort, 10));
    const { status } = await run({ ...at(port), timeout: 10 });
    expect(status).toBe('working');
  });
});
