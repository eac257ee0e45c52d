import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import * as v from 'valibot';
import { describe } from '../../clients/keys.ts';
import { runsUnderWay } from '../../engine/under-way.ts';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';

/** Milliseconds for which the event loop is watched, or half of the check's time, if that is less. */
const WATCHED_MS = 100;
/** Milliseconds between two looks at the event loop. */
const LOOK_MS = 5;

const threshold = (sentence: string, example: number) =>
  v.optional(
    describe(v.pipe(v.number(), v.gtValue(0)), `${sentence} at which the process counts as unhealthy.`, example),
  );

const figures = {
  loop_delay: { label: 'longest delay of the event loop', unit: 'seconds', sort: 'number' },
  heap: { label: 'heap in use', unit: 'bytes', sort: 'number' },
  handles: { label: 'open handles', unit: 'handles', sort: 'number' },
  runs: { label: 'runs under way', unit: 'runs', sort: 'number' },
} as const;

export const processKind = defineKind({
  kind: 'process',
  works: "the service's own process is below its thresholds",
  couldPass: 'a process that was blocked before the check and no longer is, and other processes of the service',
  keys: {
    max_loop_delay: threshold('Delay of the event loop in seconds', 0.5),
    max_heap: threshold('Bytes of the heap in use', 400_000_000),
    max_handles: threshold('Open handles, such as sockets and timers,', 5000),
    max_runs: threshold('Runs under way, with the one that checks,', 50),
  },
  example: ['max_loop_delay', 'max_heap'],
  figures,
  target: () => 'process',
  // What it looks at is this process itself.
  needs: () => [],
  async check(config, context) {
    context.stage('event loop', 'while watching the event loop');
    // What else the process holds is counted before this check adds to it.
    const counted = {
      heap: getHeapStatistics().used_heap_size,
      handles: process.getActiveResourcesInfo().length,
      runs: runsUnderWay(),
    };
    const measured = { loop_delay: await loopDelay(context), ...counted };
    context.observe(measured);
    const { max_loop_delay, max_heap, max_handles, max_runs } = config;
    const limits = { loop_delay: max_loop_delay, heap: max_heap, handles: max_handles, runs: max_runs };
    const reached = NAMES.flatMap((name) => {
      const limit = limits[name];
      if (limit === undefined || measured[name] < limit) return [];
      const { label, unit } = figures[name];
      return [`${label}: ${shown(measured[name])} ${unit}, at or above max_${name} (${shown(limit)})`];
    });
    if (reached.length > 0) throw new UnhealthyError(`this process is not healthy: ${reached.join('; ')}`);
  },
});

const NAMES = ['loop_delay', 'heap', 'handles', 'runs'] as const;

/**
 * The longest delay of the event loop in seconds, while it is watched. It is watched only then, so that the service
 * costs nothing at rest. `monitorEventLoopDelay` of Node.js would miss a delay that begins before its first look.
 */
async function loopDelay({ limitMs, signal }: { limitMs: number; signal: AbortSignal }): Promise<number> {
  const end = performance.now() + Math.min(WATCHED_MS, limitMs / 2);
  let longest = 0;
  for (let now = performance.now(); now < end;) {
    await sleep(LOOK_MS, undefined, { signal });
    const then = performance.now();
    longest = Math.max(longest, then - now - LOOK_MS);
    now = then;
  }
  return longest / 1000;
}

function shown(value: number): string {
  return String(Number(value.toFixed(3)));
}
