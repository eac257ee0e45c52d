import { describe, expect, it, vi } from 'vitest';
import { CheckError, UnhealthyError } from '../../../lib/errors.ts';
import { run } from '../../../lib/engine/run.ts';
import { resultsOf } from '../../../lib/engine/tree.ts';
import type { CheckResult, Part } from '../../../lib/engine/types.ts';
import { checkAt, deferred, groupOf, runOptions, throwing } from '../../support/part.ts';

const sick = throwing(new UnhealthyError('too deep'));

async function runAll(...parts: Part[]): Promise<readonly CheckResult[]> {
  return resultsOf((await run(groupOf('', ...parts), runOptions())).result);
}

describe('the verdict of a run', () => {
  const works = checkAt('works');
  const fails = checkAt('fails', { run: sick });
  const minor = checkAt('minor', { run: sick, critical: false });

  it.each([
    ['working', [works, works]],
    ['working', []],
    ['degraded', [works, minor]],
    ['failing', [works, minor, fails]],
    ['failing', [groupOf('inner', groupOf('deep', fails)), works]],
    ['degraded', [groupOf('inner', minor), works]],
    ['working', [groupOf('empty'), works]],
  ] as const)('is %s for these checks (%#)', async (verdict, parts) => {
    const report = await run(groupOf('', ...parts), runOptions());
    expect(report).toMatchObject({ namespace: 'test', verdict, result: { verdict } });
  });

  it('is given for each group too', async () => {
    const report = await run(groupOf('', groupOf('a', works), groupOf('b', minor), groupOf('c', fails)), runOptions());
    expect(report.result).toMatchObject({
      parts: [{ verdict: 'working' }, { verdict: 'degraded' }, { verdict: 'failing' }],
    });
  });
});

describe('a result', () => {
  it('has the properties of the check, and no error when it works', async () => {
    const about = { description: 'what it is', runbook: 'https://wiki.example/it', critical: false };
    const [result] = await runAll(checkAt('group/name', about));
    expect(result).toEqual({
      ...about,
      name: 'name',
      path: ['group', 'name'],
      kind: 'fake',
      target: 'fake host:1',
      verdict: 'working',
      startMs: expect.any(Number) as number,
      durationMs: expect.any(Number) as number,
      stages: [],
      observed: [],
      causes: [],
    });
  });

  it('shows the code and message of a CheckError', async () => {
    const [result] = await runAll(checkAt('x', { run: sick }));
    expect(result?.error).toEqual({ code: 'UnhealthyError', message: 'too deep' });
  });

  it('comes in the order of the tree, whatever the order in which checks end', async () => {
    const first = deferred();
    const ended: string[] = [];
    const options = { ...runOptions(), onResult: ({ name }: CheckResult) => ended.push(name) };
    const running = run(groupOf('', checkAt('1', { run: () => first.promise }), checkAt('0')), options);
    await vi.waitUntil(() => ended.includes('0'));
    first.resolve();
    const report = await running;
    expect(ended).toEqual(['0', '1']);
    expect(resultsOf(report.result).map(({ name }) => name)).toEqual(['1', '0']);
  });

  it('is the whole report when a single check is run', async () => {
    const report = await run(checkAt('a/b', { run: sick }), runOptions());
    expect(report).toMatchObject({ verdict: 'failing', result: { name: 'b', path: ['a', 'b'] } });
  });
});

describe('the checks of a run', () => {
  it('run concurrently, so that one may wait for another', async () => {
    const meeting = deferred();
    const waits = checkAt('waits', { run: () => meeting.promise });
    const comes = checkAt('comes', {
      run: async () => {
        meeting.resolve();
      },
    });
    expect((await run(groupOf('', waits, groupOf('g', comes)), runOptions())).verdict).toBe('working');
  });
});

describe('an unexpected error', () => {
  it.each([
    ['an error', throwing(new Error('password is hunter2'))],
    ['a string', throwing('password is hunter2')],
    ['undefined', throwing(undefined)],
    ['null', throwing(null)],
    [
      'an error thrown synchronously',
      () => {
        throw new Error('password is hunter2');
      },
    ],
    ['an object that looks like a CheckError', throwing({ code: 'UnhealthyError', message: 'password is hunter2' })],
  ])('becomes an UnexpectedError whose id is in the log: %s', async (_name, runIt) => {
    const options = runOptions();
    const report = await run(checkAt('group/x', { run: runIt }), options);
    const [result] = resultsOf(report.result);
    expect(result?.error).toEqual({
      code: 'UnexpectedError',
      message: expect.stringMatching(/^see the log, [0-9a-f]{8}$/) as string,
    });
    const [line, ...more] = options.lines.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'error',
      id: result?.error?.message.slice(-8),
      check: 'group/x',
      kind: 'fake',
    });
  });

  it('is not a CheckError, even one that is thrown synchronously', async () => {
    const runIt = () => {
      throw new UnhealthyError('thrown synchronously');
    };
    const [result] = await runAll(checkAt('x', { run: runIt }));
    expect(result?.error).toEqual({ code: 'UnhealthyError', message: 'thrown synchronously' });
  });

  it('is logged even when it is its own cause', async () => {
    const error = new Error('round');
    error.cause = error;
    const options = runOptions();
    await run(checkAt('x', { run: throwing(error) }), options);
    expect(options.lines[0]).toContain('round');
  });

  it('does not affect the other checks', async () => {
    const [, other] = await runAll(checkAt('x', { run: throwing(new Error('boom')) }), checkAt('y'));
    expect(other?.verdict).toBe('working');
  });
});

describe('a public message', () => {
  it('is one line without control characters, of at most 300 characters', async () => {
    const ugly = `first\r\nsecond\u0000\u001b[31m\u202e\u2028third ${'x'.repeat(1000)}`;
    const [result] = await runAll(checkAt('x', { run: throwing(new CheckError('UnhealthyError', ugly)) }));
    expect(result?.error?.message).toMatch(/^first second \[31m third x+…$/u);
    expect(result?.error?.message).toHaveLength(300);
  });
});

describe('a thousand checks', () => {
  it('all get their results', async () => {
    const checks = Array.from({ length: 1000 }, (_, index) => checkAt(String(index), index % 2 ? { run: sick } : {}));
    const results = await runAll(...checks);
    expect(results.map(({ name }) => name)).toEqual(checks.map(({ name }) => name));
    expect(results.filter(({ verdict }) => verdict === 'failing')).toHaveLength(500);
  });

  it('listen to one outer signal without a warning', async () => {
    const warnings: Error[] = [];
    const collect = (warning: Error) => warnings.push(warning);
    process.on('warning', collect);
    const checks = Array.from({ length: 1000 }, (_, index) => checkAt(String(index)));
    await run(groupOf('', ...checks), runOptions({ signal: new AbortController().signal }));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', collect);
    expect(warnings).toEqual([]);
  });
});
