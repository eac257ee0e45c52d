import { beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../lib/engine/run.ts';
import { UnhealthyError } from '../../../lib/errors.ts';
import { resultsOf } from '../../../lib/engine/tree.ts';
import type { CheckContext, CheckResult, Part } from '../../../lib/engine/types.ts';
import { checkAt, deferred, groupOf, runOptions } from '../../support/part.ts';
import { expectNoUnhandledRejection } from '../../support/unhandled.ts';

expectNoUnhandledRejection();

beforeEach(() => {
  vi.useFakeTimers();
});

const never = () => new Promise<void>(() => undefined);

/** Runs the part while fake time passes. */
async function messagesOf(part: Part, options = runOptions()): Promise<(string | undefined)[]> {
  const running = run(part, options);
  await vi.runAllTimersAsync();
  return resultsOf((await running).result).map(({ error }) => error && `${error.code}: ${error.message}`);
}

describe('a check that does not end', () => {
  it('is a TimeoutError that names its target and its own limit', async () => {
    const part = groupOf('', checkAt('slow', { run: never, timeoutMs: 1500 }), checkAt('fast'));
    expect(await messagesOf(part)).toEqual(['TimeoutError: no answer within 1.5 s from fake host:1', undefined]);
  });

  it('names what it waits for', async () => {
    const runIt = (context: CheckContext) => {
      context.stage('connecting');
      context.stage('query');
      return never();
    };
    expect(await messagesOf(checkAt('x', { run: runIt }))).toEqual([
      'TimeoutError: no answer within 1 s from fake host:1 during the query',
    ]);
  });

  it('says in the words of the stage when that was', async () => {
    const runIt = (context: CheckContext) => {
      context.stage('connecting', 'while connecting');
      return never();
    };
    expect(await messagesOf(checkAt('x', { run: runIt }))).toEqual([
      'TimeoutError: no answer within 1 s from fake host:1 while connecting',
    ]);
  });

  it.each([
    [2000, '2'],
    [500, '0.5'],
    [1250, '1.25'],
    [28_000, '28'],
    [1, '0.001'],
    [333.333, '0.33'],
  ])('says after %d ms that there was no answer within %s s', async (timeoutMs, seconds) => {
    const part = checkAt('x', { run: never, timeoutMs });
    expect(await messagesOf(part, runOptions({ deadlineMs: 30_000 }))).toEqual([
      `TimeoutError: no answer within ${seconds} s from fake host:1`,
    ]);
  });

  it('has its signal aborted once, with the error as the reason', async () => {
    const reasons: unknown[] = [];
    const runIt = ({ signal }: CheckContext) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return never();
    };
    await messagesOf(checkAt('x', { run: runIt }));
    expect(reasons).toEqual([expect.objectContaining({ code: 'TimeoutError' })]);
  });
});

describe('a late outcome', () => {
  it('is ignored when it is a rejection', async () => {
    const late = deferred();
    const messages = await messagesOf(checkAt('x', { run: () => late.promise }));
    late.reject(new Error('too late'));
    expect(messages[0]).toMatch(/^TimeoutError/);
  });

  it('is ignored when it is an answer', async () => {
    const late = deferred();
    const messages = await messagesOf(checkAt('x', { run: () => late.promise }));
    late.resolve();
    expect(messages[0]).toMatch(/^TimeoutError/);
  });

  it('is still a TimeoutError when the abort itself causes the rejection', async () => {
    const runIt = ({ signal }: CheckContext) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('the driver noticed'));
        });
      });
    const options = runOptions();
    expect((await messagesOf(checkAt('x', { run: runIt }), options))[0]).toMatch(/^TimeoutError/);
    expect(options.lines).toEqual([]);
  });

  it('is not awaited: a check that ended leaves no timer', async () => {
    await run(
      groupOf('', checkAt('x'), checkAt('y', { run: () => Promise.reject(new UnhealthyError('bad')) })),
      runOptions(),
    );
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the deadline of a run', () => {
  it('cuts a longer timeout short, and the message says so', async () => {
    const limits: number[] = [];
    const runIt = ({ limitMs }: CheckContext) => {
      limits.push(limitMs);
      return never();
    };
    const part = groupOf(
      '',
      checkAt('x', { run: runIt, timeoutMs: 5000 }),
      checkAt('y', { run: runIt, timeoutMs: 1000 }),
    );
    expect(await messagesOf(part, runOptions({ deadlineMs: 3000 }))).toEqual([
      'TimeoutError: no answer within 3 s from fake host:1',
      'TimeoutError: no answer within 1 s from fake host:1',
    ]);
    expect(limits).toEqual([3000, 1000]);
  });

  it.each([0, -5])('still allows a report when it is %d ms', async (deadlineMs) => {
    expect(await messagesOf(checkAt('x', { run: never }), runOptions({ deadlineMs }))).toEqual([
      'TimeoutError: no answer within 0 s from fake host:1',
    ]);
  });
});

describe('an outer signal', () => {
  it('ends open checks, and keeps the results of the others', async () => {
    const outer = new AbortController();
    const ended: CheckResult[] = [];
    const aborted: boolean[] = [];
    const runIt = ({ signal }: CheckContext) => {
      signal.addEventListener('abort', () => aborted.push(true));
      return never();
    };
    const onResult = (result: CheckResult) => ended.push(result);
    const running = run(groupOf('', checkAt('open', { run: runIt }), checkAt('done')), {
      ...runOptions({ signal: outer.signal }),
      onResult,
    });
    await vi.waitUntil(() => ended.length === 1);
    outer.abort();
    const report = await running;
    expect(resultsOf(report.result).map(({ error }) => error?.code)).toEqual(['AbortedError', undefined]);
    expect(aborted).toEqual([true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends the run immediately when it was aborted earlier', async () => {
    const seen: boolean[] = [];
    const runIt = ({ signal }: CheckContext) => {
      seen.push(signal.aborted);
      return never();
    };
    const report = await run(checkAt('x', { run: runIt }), runOptions({ signal: AbortSignal.abort() }));
    expect(report.verdict).toBe('failing');
    expect(seen).toEqual([true]);
  });
});

describe('onResult', () => {
  it('is called once for each check as it ends, working or not', async () => {
    const told: string[] = [];
    const onResult = ({ name, verdict }: CheckResult) => told.push(`${name} ${verdict}`);
    const part = groupOf(
      '',
      checkAt('slow', { run: never }),
      groupOf('g', checkAt('minor', { run: never, timeoutMs: 1, critical: false })),
      checkAt('fine'),
    );
    await messagesOf(part, { ...runOptions(), onResult });
    expect(told).toEqual(['fine working', 'minor degraded', 'slow failing']);
  });
});
