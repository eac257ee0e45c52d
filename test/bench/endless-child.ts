/** Runs checks against a server that sends without end, and prints what that costs: memory, and others' time. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { run } from '../../lib/engine/run.ts';
import { resultsOf } from '../../lib/engine/tree.ts';
import { statusText } from '../../lib/formats/words.ts';
import { createLog } from '../../lib/log.ts';

const MIB = 1024 * 1024;
const SETTLES_MS = 50;

const [count = '1', healthy = '{}', endless = '{}', environment = '{}'] = process.argv.slice(2);
const log = createLog((line) => process.stderr.write(`${line}\n`));

async function statusesOf(leaves: readonly unknown[]): Promise<string[]> {
  const checks = Object.fromEntries(leaves.map((leaf, index) => [`check ${String(index)}`, leaf]));
  const source = JSON.stringify({ access_tokens: ['a token of the bench'], deadline: 28, checks });
  const { root, deadlineMs } = await parseNamespace('bench', source);
  const vault = { isRemote: false, prove: () => Promise.resolve() };
  const { result } = await run(root, { namespace: 'bench', deadlineMs, vault, log });
  return resultsOf(result).map(statusText);
}

// What is loaded and compiled once does not count.
await statusesOf([JSON.parse(healthy)]);
Object.assign(process.env, JSON.parse(environment));
await pause(SETTLES_MS);
globalThis.gc?.();
const before = process.memoryUsage().rss;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const leaf = JSON.parse(endless) as object;
const statuses = new Set(await statusesOf(Array.from({ length: Number(count) }, () => leaf)));
await pause(SETTLES_MS);
delay.disable();
const peakMib = (process.resourceUsage().maxRSS * 1024 - before) / MIB;
process.stdout.write(JSON.stringify({ peakMib, stallMs: delay.max / 1e6, statuses: [...statuses] }));
