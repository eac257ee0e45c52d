/** What a single check of a run tells: slowness, figures, severity, stages. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../lib/engine/run.ts';
import { resultsOf } from '../../../lib/engine/tree.ts';
import type { Check, CheckContext, CheckResult } from '../../../lib/engine/types.ts';
import { TimeoutError, UnhealthyError } from '../../../lib/errors.ts';
import { checkAt, runOptions, throwing } from '../../support/part.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<void>(() => undefined);
const after = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function resultOf(overrides: Partial<Check>, options = runOptions()): Promise<CheckResult> {
  const running = run(checkAt('x', overrides), options);
  await vi.runAllTimersAsync();
  const [result] = resultsOf((await running).result);
  if (result === undefined) throw new Error('no result');
  return result;
}

describe('a check that works, but takes longer than slow', () => {
  it('is degraded, and says how long it took', async () => {
    expect(await resultOf({ run: after(300), slowMs: 200 })).toMatchObject({
      verdict: 'degraded',
      error: {
        code: 'UnhealthyError',
        message: 'fake host:1 works, but took 0.3 s, longer than slow (0.2 s)',
        degraded: true,
      },
      causes: [],
    });
  });

  it('is degraded whether it is critical or not', async () => {
    for (const critical of [true, false])
      expect(await resultOf({ run: after(300), slowMs: 200, critical })).toMatchObject({ verdict: 'degraded' });
  });

  it.each([
    ['takes exactly as long', 200],
    ['takes less', 100],
  ])('is working when it %s', async (_how, ms) => {
    const result = await resultOf({ run: after(ms), slowMs: 200 });
    expect(result).toMatchObject({ verdict: 'working' });
    expect(result.error).toBeUndefined();
  });

  it('is reported with its own failure when it fails in the end', async () => {
    const fails = async () => {
      await after(300)();
      throw new UnhealthyError('too deep');
    };
    const { error, verdict } = await resultOf({ run: fails, slowMs: 200 });
    expect([verdict, error]).toEqual(['failing', { code: 'UnhealthyError', message: 'too deep' }]);
  });

  it('is a TimeoutError when its time is up', async () => {
    const { error } = await resultOf({ run: never, slowMs: 200 });
    expect(error?.code).toBe('TimeoutError');
  });
});

describe('a degraded error', () => {
  const yellow = new UnhealthyError('the cluster is yellow', { degraded: true });

  it.each([true, false])('makes the check degraded when critical is %s', async (critical) => {
    expect(await resultOf({ run: throwing(yellow), critical })).toMatchObject({
      verdict: 'degraded',
      error: { code: 'UnhealthyError', message: 'the cluster is yellow', degraded: true },
    });
  });
});

describe('figures that were observed', () => {
  const figures = {
    depth: { label: 'messages waiting', unit: 'messages', sort: 'number' },
    version: { label: 'server version', unit: '', sort: 'text' },
  } as const;
  const depth = { name: 'depth', label: 'messages waiting', unit: 'messages', value: 7 };
  const observing = (then: () => Promise<void>) => (context: CheckContext) => {
    context.observe({ depth: 7 });
    return then();
  };

  it.each([
    ['works', after(0)],
    ['fails', throwing(new UnhealthyError('too deep'))],
    ['fails in an unforeseen way', throwing(new Error('boom'))],
    ['is out of time', never],
  ])('are reported when the check %s', async (_how, then) => {
    const { observed } = await resultOf({ figures, run: observing(() => then({} as CheckContext)) });
    expect(observed).toEqual([depth]);
  });

  it('are reported when the run is called off', async () => {
    const options = runOptions({ signal: AbortSignal.abort() });
    expect((await resultOf({ figures, run: observing(never) }, options)).observed).toEqual([depth]);
  });

  it('are reported with the last value of each, and without those that are undefined', async () => {
    const runIt = async (context: CheckContext) => {
      context.observe({ depth: 1, version: '7' });
      context.observe({ depth: 7 });
      const unknown: Record<string, number> = {};
      context.observe({ version: unknown.version });
    };
    const { observed } = await resultOf({ figures, run: runIt });
    expect(observed.map(({ name, value }) => [name, value])).toEqual([
      ['depth', 7],
      ['version', '7'],
    ]);
  });

  it('are left out when they are learned after the check has ended', async () => {
    const contexts: CheckContext[] = [];
    const runIt = async (context: CheckContext) => {
      contexts.push(context);
    };
    const result = await resultOf({ figures, run: runIt });
    contexts[0]?.observe({ depth: 7 });
    expect(result.observed).toEqual([]);
  });
});

describe('the stages of a result', () => {
  it('are timed from the start of the check, even when it fails', async () => {
    const runIt = async ({ stage }: CheckContext) => {
      stage('connecting');
      await after(100)();
      stage('query');
      await after(50)();
      throw new TimeoutError('no answer from the server');
    };
    expect(await resultOf({ run: runIt })).toMatchObject({
      durationMs: 150,
      stages: [
        { name: 'connecting', startMs: 0, durationMs: 100 },
        { name: 'query', startMs: 100, durationMs: 50 },
      ],
    });
  });
});
