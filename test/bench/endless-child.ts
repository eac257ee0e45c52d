/** Runs checks against servers that send without end, and prints what that costs: memory, and others' time. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { run } from '../../lib/engine/run.ts';
import { resultsOf } from '../../lib/engine/tree.ts';
import { statusText } from '../../lib/formats/words.ts';
import { createLog } from '../../lib/log.ts';
import { watchStalls } from './stall.ts';

const MIB = 1024 * 1024;
const SETTLES_MS = 200;

const [healthy = '[]', endless = '[]'] = process.argv.slice(2);
const log = createLog((line) => process.stderr.write(`${line}\n`));

async function statusesOf(leaves: readonly object[]): Promise<string[]> {
  const checks = Object.fromEntries(leaves.map((leaf, index) => [`check ${String(index)}`, leaf]));
  const source = JSON.stringify({ access_tokens: ['a token of the bench'], deadline: 28, checks });
  const { root, deadlineMs } = await parseNamespace('bench', source);
  const vault = { isRemote: false, prove: () => Promise.resolve() };
  const { result } = await run(root, { namespace: 'bench', deadlineMs, vault, log });
  return resultsOf(result).map(statusText);
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
