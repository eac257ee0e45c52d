/** Kinds whose checks are groups of steps, from their definition to the report. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComposite, defineKind } from '../../../lib/checks/kind.ts';
import type { CompositeKind, Step } from '../../../lib/checks/kind.ts';
import { describe as about, text } from '../../../lib/clients/keys.ts';
import { partOf } from '../../../lib/document/configure.ts';
import { answered } from '../../../lib/engine/connections.ts';
import { run } from '../../../lib/engine/run.ts';
import { findPart, leavesOf, resultsOf } from '../../../lib/engine/tree.ts';
import { isGroup } from '../../../lib/engine/types.ts';
import type { CheckContext, CheckResult, Part } from '../../../lib/engine/types.ts';
import { UnhealthyError } from '../../../lib/errors.ts';
import { statusText } from '../../../lib/formats/words.ts';
import { checkAt, groupOf, runOptions } from '../../support/part.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const COMMON = {
  kind: 'probe',
  target: 'probe host:1',
  timeoutMs: 1000,
  critical: true,
  dependsOn: [] as readonly string[],
  needs: ['host:1'],
};

type Work = Step['check'];

const works: Work = () => Promise.resolve();
const fails: Work = () => Promise.reject(new UnhealthyError('too deep'));
const never: Work = () => new Promise(() => undefined);
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const takes =
  (ms: number): Work =>
  () =>
    pause(ms);

/** A step that calls `onStart` each time it starts. */
function watchedStep(name: string, work: Work, onStart: (context: CheckContext) => void, after?: string): Step {
  return {
    name,
    ...(after !== undefined && { after }),
    check: (config, context) => {
      onStart(context);
      return work(config, context);
    },
  };
}

/** A kind with these steps. */
function kindOf(...steps: readonly Step[]): CompositeKind {
  return defineComposite({
    kind: 'probe',
    works: 'every step works',
    couldPass: 'nothing',
    keys: {},
    target: () => 'probe host:1',
    needs: () => ['host:1'],
    parts: () => steps,
  });
}

/** A check of that kind at this path. */
function probe(steps: readonly Step[], path = 'probe', overrides: Partial<typeof COMMON> & { slowMs?: number } = {}) {
  return partOf(kindOf(...steps), {}, path.split('/'), { ...COMMON, ...overrides });
}

/** The results of a part while fake time passes. */
async function resultsFrom(part: Part, options = runOptions()): Promise<CheckResult[]> {
  const running = run(part, options);
  await vi.runAllTimersAsync();
  return resultsOf((await running).result);
}

async function statusesOf(part: Part): Promise<string[]> {
  return (await resultsFrom(part)).map((result) => `${result.name} ${statusText(result)}`);
}

describe('a part of the tree', () => {
  it('is a single check when the kind has no steps', async () => {
    const asked: unknown[] = [];
    const kind = defineKind({
      kind: 'plain',
      works: 'it answers',
      couldPass: 'nothing',
      keys: { host: about(text(), 'Host.', 'db.example') },
      figures: { depth: { label: 'depth', unit: 'messages', sort: 'number' } },
      target: ({ host }) => `plain ${host}`,
      needs: ({ host }) => [host],
      check: async (config) => {
        asked.push(config);
      },
    });
    const part = partOf(kind, { host: 'h' }, ['group', 'db'], COMMON);
    expect(part).toMatchObject({ ...COMMON, name: 'db', path: ['group', 'db'], figures: kind.figures });
    await resultsFrom(part);
    expect(asked).toEqual([{ host: 'h' }]);
  });

  it('is a group of steps when the kind is composite, in the order that the kind gives', () => {
    const part = probe(
      [
        { name: 'second', after: 'first', check: works },
        { name: 'first', check: works },
      ].reverse(),
      'group/probe',
    );
    expect(isGroup(part) && part.name).toBe('probe');
    expect(leavesOf(part)).toMatchObject([
      { ...COMMON, name: 'first', path: ['group', 'probe', 'first'], dependsOn: [] },
      { ...COMMON, name: 'second', path: ['group', 'probe', 'second'], dependsOn: ['group/probe/first'] },
    ]);
  });

  it('hands what the check depends on to each step', () => {
    const steps = [
      { name: 'first', check: works },
      { name: 'second', after: 'first', check: works },
    ];
    const part = probe(steps, 'probe', { dependsOn: ['network'] });
    expect(leavesOf(part).map(({ dependsOn }) => dependsOn)).toEqual([['network'], ['network', 'probe/first']]);
  });

  it.each([
    ['a step that does not exist', 'thrid'],
    ['a step that follows', 'third'],
    ['itself', 'second'],
  ])('cannot be made of a step that comes after %s', (_name, after) => {
    const steps = [
      { name: 'first', check: works },
      { name: 'second', after, check: works },
      { name: 'third', check: works },
    ];
    expect(() => probe(steps)).toThrow(`step second of kind probe comes after ${after}, which is no earlier step`);
  });

  it('gives each step the configuration of the check', async () => {
    const asked: unknown[] = [];
    const note = async (config: unknown) => {
      asked.push(config);
    };
    const kind = kindOf({ name: 'first', check: note }, { name: 'second', after: 'first', check: note });
    await resultsFrom(partOf(kind, { host: 'h' }, ['probe'], COMMON));
    expect(asked).toEqual([{ host: 'h' }, { host: 'h' }]);
  });
});

describe('the steps of a composite check', () => {
  it('share work by context.share, which is done once', async () => {
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return answered(7);
    };
    const reads = async (_config: unknown, { share }: CheckContext) => {
      expect(await share('depth', ask)).toBe(7);
    };
    const steps = ['one', 'two', 'three'].map((name) => ({ name, check: reads }));
    expect(await statusesOf(probe(steps))).toEqual(['one working', 'two working', 'three working']);
    expect(asked).toBe(1);
  });

  it('begin with the run, or when the step before them has ended', async () => {
    const events: string[] = [];
    const step = (name: string, ms: number, after?: string): Step => {
      const check = async () => {
        await pause(ms);
        events.push(`${name} ends`);
      };
      return watchedStep(name, check, () => events.push(`${name} begins`), after);
    };
    await resultsFrom(probe([step('first', 100), step('other', 50), step('second', 10, 'first')]));
    expect(events).toEqual([
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
    ]);
  });

  it('have figures and stages of their own', async () => {
    const figures = { depth: { label: 'messages waiting', unit: 'messages', sort: 'number' } } as const;
    const check: Work = async (_config, context) => {
      context.stage('query');
      context.observe({ depth: 7, version: '7.4' });
    };
    const [first, second] = await resultsFrom(
      probe([
        { name: 'first', figures, check },
        { name: 'second', after: 'first', check: works },
      ]),
    );
    expect(first?.observed).toEqual([{ name: 'depth', label: 'messages waiting', unit: 'messages', value: 7 }]);
    expect(first?.stages.map(({ name }) => name)).toEqual(['query']);
    expect([second?.observed, second?.stages]).toEqual([[], []]);
  });

  it('have starts and durations of their own, and are slow by themselves', async () => {
    const steps = [
      { name: 'first', check: takes(300) },
      { name: 'second', after: 'first', check: takes(200) },
    ];
    const results = await resultsFrom(probe(steps, 'probe', { slowMs: 250 }));
    expect(results.map(({ startMs, durationMs }) => [startMs, durationMs])).toEqual([
      [0, 300],
      [300, 200],
    ]);
    expect(results.map(({ verdict }) => verdict)).toEqual(['degraded', 'working']);
  });

  it('share one timeout, from the start of the first to the end of the last', async () => {
    const limits: number[] = [];
    const step = (name: string, work: Work, after?: string) =>
      watchedStep(name, work, ({ limitMs }) => limits.push(limitMs), after);
    const steps = [step('first', takes(600)), step('second', takes(300), 'first'), step('third', never, 'second')];
    expect(await statusesOf(probe(steps))).toEqual([
      'first working',
      'second working',
      'third TimeoutError: no answer within 0.1 s from probe host:1',
    ]);
    expect(limits).toEqual([1000, 400, 100]);
  });
});

describe('a step that fails', () => {
  const chain = (first: Work) =>
    [
      { name: 'first', check: first },
      { name: 'second', after: 'first', check: works },
      { name: 'third', after: 'second', check: works },
      { name: 'other', check: works },
    ] satisfies readonly Step[];

  it('leaves the steps after it untried, each with the path of the failed step as its cause', async () => {
    expect(await statusesOf(groupOf('', groupOf('group', probe(chain(fails), 'group/probe'))))).toEqual([
      'first UnhealthyError: too deep',
      'second UnhealthyError: not tried, because the step first failed: too deep' +
        ' (it depends on group/probe/first, which does not work)',
      'third UnhealthyError: not tried, because the step first failed: too deep' +
        ' (it depends on group/probe/first, which does not work)',
      'other working',
    ]);
  });

  it('leaves the steps after it without duration, stages and figures', async () => {
    const [, second] = await resultsFrom(probe(chain(fails)));
    expect(second).toMatchObject({ durationMs: 0, stages: [], observed: [], verdict: 'failing' });
  });

  it('does not stop the steps after it when it is only degraded', async () => {
    const yellow: Work = () => Promise.reject(new UnhealthyError('yellow', { degraded: true }));
    expect(await statusesOf(probe(chain(yellow)))).toEqual([
      'first UnhealthyError: yellow',
      'second working',
      'third working',
      'other working',
    ]);
  });

  it('uses up the time of the steps after it', async () => {
    const results = await resultsFrom(probe(chain(never)));
    expect(results.map(({ durationMs }) => durationMs)).toEqual([1000, 0, 0, 0]);
    expect(results.map(({ error }) => error?.code)).toEqual([
      'TimeoutError',
      'TimeoutError',
      'TimeoutError',
      undefined,
    ]);
  });
});

describe('a step that is asked for alone', () => {
  const asked: string[] = [];
  const step = (name: string, work: Work, after?: string) => watchedStep(name, work, () => asked.push(name), after);

  /** What is reported of `part: ['probe', 'second']`. */
  async function reportOf(first: Work): Promise<string[]> {
    asked.length = 0;
    const steps = [step('first', first), step('second', works, 'first'), step('third', works, 'second')];
    const second = findPart(groupOf('', probe(steps), checkAt('db')), ['probe', 'second']);
    if (second === undefined) throw new Error('no such part');
    return statusesOf(second);
  }

  it('runs the steps before it, and is alone in the report', async () => {
    expect(await reportOf(works)).toEqual(['second working']);
    expect(asked).toEqual(['first', 'second']);
  });

  it('is not tried when the step before it fails', async () => {
    expect(await reportOf(fails)).toEqual([
      'second UnhealthyError: not tried, because the step first failed: too deep',
    ]);
    expect(asked).toEqual(['first']);
  });

  it('shares the step before it with all others that wait for it', async () => {
    asked.length = 0;
    const steps = [step('first', works), ...['a', 'b', 'c'].map((name) => step(name, works, 'first'))];
    await resultsFrom(probe(steps));
    expect(asked).toEqual(['first', 'a', 'b', 'c']);
  });
});
