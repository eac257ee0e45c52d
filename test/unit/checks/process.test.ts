/** What the kind `process` sees of its own process. */
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../../lib/engine/run.ts';
import { runsUnderWay } from '../../../lib/engine/under-way.ts';
import { checkAt, deferred, groupOf, runOptions } from '../../support/part.ts';
import { contextFor } from '../../support/context.ts';
import { checksOf, runLeaf } from '../../support/run-leaf.ts';

const figure = async (name: string, leaf: object = {}) =>
  (await runLeaf({ kind: 'process', ...leaf })).result.observed.find((one) => one.name === name)?.value as number;

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('the delay of the event loop', () => {
  /** Runs the check, and blocks the process while it runs. */
  async function blocked(leaf: object) {
    const [check] = await checksOf({ kind: 'process', ...leaf });
    const { context, observed } = contextFor();
    setTimeout(block, 10, 300);
    const error = await check?.run(context).catch((thrown: unknown) => thrown);
    return { error, delay: observed.get('loop_delay') };
  }

  it('is as long as the process could do nothing else while the check ran', async () => {
    const { error, delay } = await blocked({});
    expect(error).toBeUndefined();
    expect(delay).toBeGreaterThan(0.25);
  });

  it('makes the check fail at the threshold', async () => {
    const { error } = await blocked({ max_loop_delay: 0.2 });
    expect(String(error)).toMatch(
      /^UnhealthyError: this process .*: longest delay of the event loop: [\d.]+ seconds, at or above max_loop_delay \(0\.2\)$/,
    );
  });
});

describe('the handles', () => {
  const timers: NodeJS.Timeout[] = [];

  afterEach(() => {
    timers.splice(0).forEach(clearTimeout);
  });

  it('are those that the process had before the check', async () => {
    const before = await figure('handles');
    for (let count = 0; count < 100; count += 1) timers.push(setTimeout(() => undefined, 60_000));
    expect(await figure('handles')).toBeGreaterThanOrEqual(before + 90);
  });
});

describe('the runs under way', () => {
  it('are all of the process, and the one that checks is one of them', async () => {
    expect(await figure('runs')).toBe(1);
    const end = deferred();
    const other = run(groupOf('', checkAt('slow', { run: () => end.promise })), runOptions());
    expect(await figure('runs')).toBe(2);
    end.resolve();
    await other;
    expect(runsUnderWay()).toBe(0);
  });
});
