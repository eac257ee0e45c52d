import { describe, expect, it } from 'vitest';
import { UnhealthyError } from '../../../lib/errors.ts';
import { run } from '../../../lib/engine/run.ts';
import { compareVerdicts, explain, leaves, worst } from '../../../lib/engine/verdict.ts';
import { pathKey } from '../../../lib/engine/tree.ts';
import type { Result, Verdict } from '../../../lib/engine/types.ts';
import { checkAt, groupOf, runOptions, throwing } from '../../support/part.ts';

describe('worst', () => {
  it.each<[Verdict, Verdict[]]>([
    ['working', []],
    ['working', ['working', 'working']],
    ['degraded', ['working', 'degraded']],
    ['failing', ['degraded', 'failing', 'working']],
  ])('returns %s for the verdicts %j', (expected, verdicts) => {
    expect(worst(verdicts)).toBe(expected);
  });
});

it('compareVerdicts puts the worst first', () => {
  const verdicts: Verdict[] = ['working', 'failing', 'degraded', 'failing'];
  expect(verdicts.sort(compareVerdicts)).toEqual(['failing', 'failing', 'degraded', 'working']);
});

const sick = throwing(new UnhealthyError('bad'));

/** Runs checks with these paths and dependencies. All fail except those listed as working. Returns their causes. */
async function explained(dependencies: Readonly<Record<string, readonly string[]>>, working: readonly string[] = []) {
  const checks = Object.entries(dependencies).map(([path, dependsOn]) =>
    checkAt(path, { dependsOn, ...(!working.includes(path) && { run: sick }) }),
  );
  const { result } = await run(groupOf('', ...checks), runOptions());
  return Object.fromEntries(leaves(result).map((leaf) => [pathKey(leaf.path), leaf.causes]));
}

describe('the cause of a failure', () => {
  it('is the failing check that the failed check depends on, and the message says so', async () => {
    const part = groupOf('', checkAt('a/b', { run: sick, dependsOn: ['c'] }), checkAt('c', { run: sick }));
    const [leaf, cause] = leaves((await run(part, runOptions())).result);
    expect(leaf).toMatchObject({
      causes: ['c'],
      error: { code: 'UnhealthyError', message: 'bad (it depends on c, which does not work)' },
    });
    expect(cause).not.toHaveProperty('causes');
    expect(cause?.error?.message).toBe('bad');
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
    expect(result).not.toHaveProperty('causes');
  });

  it('may be a non-critical check, and changes no verdict', async () => {
    const part = groupOf(
      '',
      checkAt('a', { run: sick, dependsOn: ['b'] }),
      checkAt('b', { run: sick, critical: false }),
    );
    const report = await run(part, runOptions());
    expect(leaves(report.result)[0]?.causes).toEqual(['b']);
    expect(report.verdict).toBe('failing');
  });

  it('is shown as the names of three checks and the number of the others', async () => {
    const names = ['c1', 'c2', 'c3', 'c4', 'c5'];
    const part = groupOf(
      '',
      checkAt('a', { run: sick, dependsOn: names }),
      ...names.map((name) => checkAt(name, { run: sick })),
    );
    const [leaf] = leaves((await run(part, runOptions())).result);
    expect(leaf?.causes).toEqual(names);
    expect(leaf?.error?.message).toBe('bad (it depends on c1 and c2 and c3 and 2 more, which do not work)');
  });

  it('keeps the message on one line even with control characters in its name', async () => {
    const name = 'x\r\ninjected: working\u001b[2J\u202e';
    const part = groupOf('', checkAt('a', { run: sick, dependsOn: [name] }), checkAt(name, { run: sick }));
    const [leaf] = leaves((await run(part, runOptions())).result);
    expect(leaf?.error?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('is found when 1,000 checks all depend on each other', () => {
    const names = Array.from({ length: 1000 }, (_, index) => String(index));
    const failing = (name: string): Result => ({
      name,
      path: [name],
      kind: 'fake',
      target: '',
      verdict: 'failing',
      critical: true,
      durationMs: 1,
      error: { code: 'UnhealthyError', message: 'bad' },
    });
    const result: Result = { name: '', verdict: 'failing', parts: names.map(failing) };
    const all = new Map(names.slice(1).map((name) => [name, names.filter((other) => other !== name)]));
    expect(
      leaves(explain(result, all))
        .slice(1)
        .map(({ causes }) => causes),
    ).toEqual(Array(999).fill(['0']));
  });
});
