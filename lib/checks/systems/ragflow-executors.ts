import * as v from 'valibot';
import { redisDialect } from '../../clients/dialects/redis.ts';
import { describe, text } from '../../clients/keys.ts';
import { connectRedis, redisKeys, redisNeeds, redisTarget } from '../../clients/redis/client.ts';
import { redisMistake } from '../../clients/redis/url.ts';
import { serverWords } from '../../clients/server-words.ts';
import type { FigureDeclaration } from '../../engine/figures.ts';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import type { ConfigOf } from '../kind.ts';
import { count, list } from '../phrases.ts';
import { throughputOf } from './ragflow-beats.ts';
import { Heartbeats } from './ragflow-heartbeats.ts';
import type { Executor } from './ragflow-heartbeats.ts';

/** How long RAGFlow keeps heartbeats. */
const WINDOW_MS = 30 * 60 * 1000;
/** One that is late by more than a beat is gone. */
const ALIVE_BEATS = 2;

/** Its sort and unit, for the figures of the chart. */
const tasks = { unit: 'tasks', sort: 'series' } as const;
const chart = 'tasks of the executors';

export const ragflowExecutors = defineKind({
  kind: 'ragflow_executors',
  works:
    'every task executor has beaten within two beats, the named ones or that many are there, and the tasks that wait ' +
    'are within bounds',
  couldPass: 'an executor that beats while its task hangs, and tasks that all fail: they are figures',
  dialects: [redisDialect],
  example: ['url', 'executors', 'max_lag'],
  keys: {
    ...redisKeys,
    executors: v.optional(
      describe(
        v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.array(text()), v.minLength(1))]),
        'Names of executors that must all be alive, or the minimum number of living ones.',
        ['task_executor_common_0', 'task_executor_common_1'],
      ),
      1,
    ),
    max_pending: v.optional(describe(bound(), 'The most tasks that executors may have taken and not finished.', 50)),
    max_lag: v.optional(describe(bound(), 'The most tasks that may wait for an executor.', 100)),
    beat: v.optional(
      describe(
        v.pipe(v.number(), v.minValue(1), v.maxValue(600)),
        'Seconds from one heartbeat of an executor to the next.',
        30,
      ),
      30,
    ),
  },
  figures: {
    executors: { label: 'living executors', unit: 'executors', sort: 'number' },
    gone: { label: 'executors that are gone', unit: '', sort: 'list' },
    done: { label: 'done', ...tasks, chart: { name: chart, draw: 'bar', light: 'working' } },
    failed: { label: 'failed', ...tasks, chart: { name: chart, draw: 'bar', light: 'failing' } },
    lag: { label: 'lag', ...tasks, chart: { name: chart, draw: 'line' } },
    pending: { label: 'pending', ...tasks, chart: { name: chart, draw: 'line' } },
  } satisfies Readonly<Record<string, FigureDeclaration>>,
  mistake: redisMistake,
  needs: redisNeeds,
  target: (config) => `RAGFlow executors at ${redisTarget(config)}`,
  async check(config, context) {
    const { beat } = config;
    const node = await connectRedis(config, context);
    const heartbeats = new Heartbeats(node);
    context.stage('heartbeats', 'while reading the heartbeats');
    const named = typeof config.executors === 'number' ? [] : config.executors;
    const [now, executors] = await Promise.all([heartbeats.now(), heartbeats.executors(named)]);
    for (const address of redisNeeds(config)) context.reached(address);
    const isAlive = ({ lastBeatAt }: Executor) =>
      lastBeatAt !== undefined && Math.abs(now - lastBeatAt) <= ALIVE_BEATS * beat * 1000;
    const alive = executors.filter(isAlive);
    const gone = executors.filter((executor) => !isAlive(executor));
    context.observe({ executors: alive.length, gone: gone.map(({ name }) => name) });
    const faults = faultsOf({ alive, gone, now }, config);
    const names = executors.map(({ name }) => name);
    const throughput = throughputOf(await heartbeats.histories(names, now - WINDOW_MS), beat * 1000);
    if (throughput.done.length > 0) context.observe(throughput);
    if (faults.length > 0) throw new UnhealthyError(`${ragflowExecutors.target(config)}: ${faults.join('; ')}`);
  },
});

function bound() {
  return v.pipe(v.number(), v.integer(), v.minValue(0));
}

interface State {
  readonly alive: readonly Executor[];
  readonly gone: readonly Executor[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

function faultsOf({ alive, gone, now }: State, config: ConfigOf<typeof ragflowExecutors>): string[] {
  const { executors: wanted, max_pending, max_lag } = config;
  const unread = alive.filter(({ lastBeat }) => lastBeat === undefined);
  const most = (name: 'pending' | 'lag') => Math.max(0, ...alive.map(({ lastBeat }) => lastBeat?.[name] ?? 0));
  const [pending, lag] = [most('pending'), most('lag')];
  const minimum = typeof wanted === 'number' ? wanted : 0;
  return [
    ...(gone.length === 0 ? [] : [list(gone.map((executor) => goneText(executor, now)))]),
    ...(alive.length >= minimum ? [] : [fewText(alive.length + gone.length, alive.length, minimum)]),
    ...(unread.length === 0 ? [] : [`not a heartbeat of RAGFlow from ${list(unread.map(({ name }) => name))}`]),
    ...(pending > (max_pending ?? Infinity) ? [`${count(pending, 'task')} pending, more than ${max_pending}`] : []),
    ...(lag > (max_lag ?? Infinity) ? [`${count(lag, 'task')} waiting, more than ${max_lag}`] : []),
  ];
}

function fewText(all: number, alive: number, minimum: number): string {
  if (all === 0) return 'none has registered in the set TASKEXE; is it the database of RAGFlow?';
  return `only ${count(alive, 'executor')} of at least ${String(minimum)} alive`;
}

const MAX_NAME = 60;

/** `task_executor_common_1 is gone (last heartbeat 75 s ago)`. */
function goneText({ name, lastBeatAt }: Executor, now: number): string {
  const ago = lastBeatAt === undefined ? undefined : Math.round((now - lastBeatAt) / 1000);
  const last =
    ago === undefined
      ? 'no heartbeat'
      : ago < 0
        ? `its clock is ${String(-ago)} s ahead of that of Redis`
        : `last heartbeat ${String(ago)} s ago`;
  return `${serverWords(name).slice(0, MAX_NAME)} is gone (${last})`;
}
