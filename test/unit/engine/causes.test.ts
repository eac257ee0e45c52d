import { describe, expect, it, vi } from 'vitest';
import { run } from '../../../lib/engine/run.ts';
import { pathKey, resultsOf } from '../../../lib/engine/tree.ts';
import type { Cause, Check } from '../../../lib/engine/types.ts';
import { AuthError, ConnectionError, TimeoutError, UnhealthyError } from '../../../lib/errors.ts';
import type { CheckError } from '../../../lib/errors.ts';
import { checkAt, groupOf, runOptions, throwing } from '../../support/part.ts';

const sick = throwing(new UnhealthyError('bad'));

const pathsIn = (causes: readonly Cause[]) => causes.flatMap((cause) => ('path' in cause ? [cause.path] : []));

/** Runs checks with these paths and dependencies. All fail except those listed as working. Returns their causes. */
async function explained(dependencies: Readonly<Record<string, readonly string[]>>, working: readonly string[] = []) {
  const checks = Object.entries(dependencies).map(([path, dependsOn]) =>
    checkAt(path, { dependsOn, ...(!working.includes(path) && { run: sick }) }),
  );
  const { result } = await run(groupOf('', ...checks), runOptions());
  const explained = resultsOf(result).filter((leaf) => leaf.causes.length > 0);
  return Object.fromEntries(explained.map((leaf) => [pathKey(leaf.path), pathsIn(leaf.causes)]));
}

describe('the cause of a failure', () => {
  it('is the failing check that the failed check depends on', async () => {
    const part = groupOf('', checkAt('a/b', { run: sick, dependsOn: ['c'] }), checkAt('c', { run: sick }));
    const [leaf, cause] = resultsOf((await run(part, runOptions())).result);
    expect(leaf).toMatchObject({ causes: [{ path: 'c' }], error: { code: 'UnhealthyError', message: 'bad' } });
    expect(cause).toMatchObject({ causes: [], error: { message: 'bad' } });
  });

  it('is the deepest check of a chain', async () => {
    expect(await explained({ a: ['b'], b: ['c'], c: ['d'], d: [] })).toEqual({ a: ['d'], b: ['d'], c: ['d'] });
  });

  it('is not searched behind a check that works', async () => {
    expect(await explained({ a: ['b'], b: ['c'], c: [] }, ['b'])).toEqual({});
  });

  it('is not given for a check that works', async () => {
    expect(await explained({ a: ['b'], b: [] }, ['a'])).toEqual({});
  });

  it('may be several checks, sorted, each once', async () => {
    const causes = await explained({ a: ['c', 'b', 'd'], b: ['e'], c: ['e'], d: [], e: [] });
    expect(causes.a).toEqual(['d', 'e']);
  });

  it('is unknown in a circle, and for a check that depends on itself', async () => {
    expect(await explained({ a: ['b'], b: ['c'], c: ['a'], d: ['d'] })).toEqual({});
  });

  it('is a check below a circle', async () => {
    expect(await explained({ a: ['b'], b: ['a', 'c'], c: [] })).toEqual({ a: ['c'], b: ['c'] });
  });

  it('is unknown when it is outside the part that is run', async () => {
    const { result } = await run(checkAt('a', { run: sick, dependsOn: ['elsewhere'] }), runOptions());
    expect(result).toMatchObject({ causes: [] });
  });

  it('may be a non-critical check, and changes no verdict', async () => {
    const part = groupOf(
      '',
      checkAt('a', { run: sick, dependsOn: ['b'] }),
      checkAt('b', { run: sick, critical: false }),
    );
    const report = await run(part, runOptions());
    expect(resultsOf(report.result)[0]?.causes).toEqual([{ path: 'b' }]);
    expect(report.verdict).toBe('failing');
  });

  it('is not a check that is merely degraded', async () => {
    const yellow = throwing(new UnhealthyError('yellow', { degraded: true }));
    const part = groupOf('', checkAt('a', { run: sick, dependsOn: ['b'] }), checkAt('b', { run: yellow }));
    const { result } = await run(part, runOptions());
    expect(resultsOf(result).map(({ causes }) => causes)).toEqual([[], []]);
  });

  it('is found when 1,000 checks all depend on each other', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => String(index));
    const checks = names.map((name, index) =>
      checkAt(name, { run: sick, dependsOn: index === 0 ? [] : names.filter((other) => other !== name) }),
    );
    const { result } = await run(groupOf('', ...checks), runOptions());
    expect(
      resultsOf(result)
        .slice(1)
        .map(({ causes }) => causes),
    ).toEqual(Array(999).fill([{ path: '0' }]));
  });
});

const A = '192.0.2.1:6379';
const B = '192.0.2.2:5672';

/** A check that needs these addresses and fails with this error. */
const failsAt = (path: string, needs: readonly string[], error: CheckError) =>
  checkAt(path, { needs, run: throwing(error) });

/** The causes of the checks by address, by path, as `address/others`. */
async function sharedAddresses(...checks: readonly Check[]): Promise<Record<string, string>> {
  const { result } = await run(groupOf('', ...checks), runOptions());
  return Object.fromEntries(
    resultsOf(result).flatMap(({ name, causes }) =>
      causes.flatMap((cause) => ('address' in cause ? [[name, `${cause.address}/${String(cause.others)}`]] : [])),
    ),
  );
}

describe('an address that several failing checks need', () => {
  const refused = new ConnectionError(`connection refused by redis ${A}`);

  it('is the cause of all of them, with the number of the others', async () => {
    const found = await sharedAddresses(
      failsAt('a', [A], refused),
      failsAt('b', [A], new TimeoutError(`no answer within 2 s from redis ${A}`)),
      failsAt('c', [A], refused),
    );
    expect(found).toEqual({ a: `${A}/2`, b: `${A}/2`, c: `${A}/2` });
  });

  it('is not a cause where only one check fails', async () => {
    expect(await sharedAddresses(failsAt('a', [A], refused), failsAt('b', [B], refused))).toEqual({});
  });

  it('is not a cause where another check that needs it works', async () => {
    const works = checkAt('works', { needs: [A] });
    expect(await sharedAddresses(failsAt('a', [A], refused), failsAt('b', [A], refused), works)).toEqual({});
  });

  it('is not a cause where the answer was bad, not the address', async () => {
    const bad = new UnhealthyError(`queue at ${A} does not exist`);
    expect(await sharedAddresses(failsAt('a', [A], bad), failsAt('b', [A], bad))).toEqual({});
  });

  it('is not a cause where it answered, and something behind it did not', async () => {
    const silent = (path: string) =>
      checkAt(path, {
        needs: [A],
        run: (context) => {
          context.reached(A);
          return Promise.reject(new TimeoutError(`no answer within 2 s from workers at ${A}`));
        },
      });
    expect(await sharedAddresses(silent('a'), silent('b'))).toEqual({});
  });

  it('is, of several addresses that a check needs, the one that its message names', async () => {
    const found = await sharedAddresses(
      failsAt('queue', [B, A], new ConnectionError(`connection refused by redis ${A}`)),
      failsAt('cache', [A], refused),
      failsAt('rabbit', [B], new ConnectionError(`connection refused by rabbitmq ${B}`)),
    );
    expect(found).toEqual({ queue: `${A}/1`, cache: `${A}/1` });
  });

  it('is not named where the document already says on what the check depends', async () => {
    const found = await sharedAddresses(
      failsAt('redis', [A], refused),
      { ...failsAt('cache', [A], refused), dependsOn: ['redis'] },
      failsAt('session', [A], refused),
    );
    expect(found).toEqual({ redis: `${A}/1`, session: `${A}/1` });
  });
});

describe('the observer', () => {
  const addresses = ['a.example:1', 'b.example:2', 'c.example:3'];
  const silent = (address: string) => failsAt(address, [address], new TimeoutError(`no answer from ${address}`));
  const isCutOff = async (checks: readonly Check[], overrides = {}) =>
    (await run(groupOf('', ...checks), runOptions(overrides))).observerCutOff;

  it('may be cut off when everything fails alike over three addresses', async () => {
    expect(await isCutOff(addresses.map(silent))).toBe(true);
  });

  it('may be cut off although checks work that need no address', async () => {
    expect(await isCutOff([...addresses.map(silent), checkAt('process')])).toBe(true);
  });

  it('is not said to be cut off over two addresses, however many checks fail', async () => {
    expect(await isCutOff([...addresses.slice(1), 'b.example:2'].map(silent))).toBe(false);
  });

  it('is not said to be cut off when one check works', async () => {
    expect(await isCutOff([...addresses.map(silent), checkAt('works', { needs: ['d.example:4'] })])).toBe(false);
  });

  it('is not said to be cut off when checks fail in different ways', async () => {
    const refused = failsAt('x', ['d.example:4'], new ConnectionError('connection refused'));
    expect(await isCutOff([...addresses.map(silent), refused])).toBe(false);
  });

  it('is not said to be cut off when the answers are bad', async () => {
    const bad = (address: string) => failsAt(address, [address], new UnhealthyError('bad'));
    expect(await isCutOff(addresses.map(bad))).toBe(false);
  });

  it.each([
    ['answers', () => Promise.resolve(), false],
    ['is silent too', () => Promise.reject(new ConnectionError('no route')), true],
    ['refuses access', () => Promise.reject(new AuthError('denied')), false],
    ['breaks', () => Promise.reject(new Error('odd')), false],
  ])('is judged by a remote vault as well: one that %s', async (_how, prove, expected) => {
    expect(await isCutOff(addresses.map(silent), { vault: { isRemote: true, prove } })).toBe(expected);
  });

  it('is not said to be cut off when no time is left to ask a remote vault', async () => {
    const prove = vi.fn(() => Promise.reject(new ConnectionError('no route')));
    const options = { deadlineMs: 0, vault: { isRemote: true, prove } };
    expect(await isCutOff(addresses.map(silent), options)).toBe(false);
    expect(prove).not.toHaveBeenCalled();
  });
});
