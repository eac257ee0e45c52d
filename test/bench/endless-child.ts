/** Runs checks against servers that send without end, and prints what that costs: memory, and others' time. */
import { setTimeout as pause } from 'node:timers/promises';
import { runLeaves } from '../support/run-leaf.ts';
import { watchStalls } from './stall.ts';

const MIB = 1024 * 1024;
const SETTLES_MS = 200;

const [healthy = '[]', endless = '[]'] = process.argv.slice(2);
const vault = { isRemote: false, prove: () => Promise.resolve() };

async function statusesOf(leaves: readonly object[]): Promise<string[]> {
  const named = Object.fromEntries(leaves.map((leaf, index) => [`check ${String(index)}`, leaf]));
  const outcomes = Object.values(await runLeaves(named, { vault, deadline: 28 }));
  process.stderr.write(outcomes[0]?.logged ?? '');
  return outcomes.map(({ status }) => status);
}

// What is loaded and compiled once does not count.
await statusesOf(JSON.parse(healthy) as object[]);
const idle = watchStalls();
await pause(SETTLES_MS);
const idleMs = idle();
globalThis.gc?.();
const before = process.memoryUsage().rss;
Object.assign(process.env, JSON.parse(process.env['ENDLESS_ENVIRONMENT'] ?? '{}'));
const stall = watchStalls();
const began = performance.now();
const statuses = await statusesOf(JSON.parse(endless) as object[]);
const tookMs = performance.now() - began;
const stallMs = stall();
const peakMib = (process.resourceUsage().maxRSS * 1024 - before) / MIB;
process.stdout.write(JSON.stringify({ peakMib, stallMs, idleMs, tookMs, statuses }));
