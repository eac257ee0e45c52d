/** Runs checks against servers that send without end, and prints what that costs: memory, and others' time. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { run } from '../../lib/engine/run.ts';
import { resultsOf } from '../../lib/engine/tree.ts';
import { statusText } from '../../lib/formats/words.ts';
import { createLog } from '../../lib/log.ts';

const MIB = 1024 * 1024;
const SETTLES_MS = 50;

/** Checks of one run, and the environment that they need. */
interface Run {
  readonly leaves: readonly object[];
  readonly environment: Readonly<Record<string, string>>;
}

const [healthy = '[]', runs = '[]'] = process.argv.slice(2);
const log = createLog((line) => process.stderr.write(`${line}\n`));

async function statusesOf({ leaves, environment }: Run): Promise<string[]> {
  Object.assign(process.env, environment);
  const checks = Object.fromEntries(leaves.map((leaf, index) => [`check ${String(index)}`, leaf]));
  const source = JSON.stringify({ access_tokens: ['a token of the bench'], deadline: 28, checks });
  const { root, deadlineMs } = await parseNamespace('bench', source);
  const vault = { isRemote: false, prove: () => Promise.resolve() };
  const { result } = await run(root, { namespace: 'bench', deadlineMs, vault, log });
  return resultsOf(result).map(statusText);
}

// What is loaded and compiled once does not count.
await statusesOf({ leaves: JSON.parse(healthy) as object[], environment: {} });
await pause(SETTLES_MS);
globalThis.gc?.();
const before = process.memoryUsage().rss;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const statuses: string[] = [];
for (const one of JSON.parse(runs) as Run[]) {
  statuses.push(...(await statusesOf(one)));
  await pause(SETTLES_MS);
}
delay.disable();
const peakMib = (process.resourceUsage().maxRSS * 1024 - before) / MIB;
process.stdout.write(JSON.stringify({ peakMib, stallMs: delay.max / 1e6, statuses }));
