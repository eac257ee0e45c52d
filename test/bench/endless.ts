/** What it costs when servers send without end: memory, and how long everything else must wait. */
import { aimedFixtures } from './aimed.ts';
import type { Aimed } from './aimed.ts';
import type { Addresses } from '../stack/addresses.ts';
import { endlessServer } from '../support/endless-server.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';

const CHECK_MIB = 32;
const RUN_MIB = 128;
const STALL_MS = 100;
/** The checks of the run in which all servers send without end. */
const MANY = 100;

interface Outcome {
  /** How much more memory the process had at its peak than before. */
  readonly peakMib: number;
  readonly stallMs: number;
  readonly statuses: readonly string[];
}

interface Measured extends Outcome {
  readonly name: string;
  readonly maxMib: number;
}

let outcomes: Promise<Measured[]> | undefined;

/** Both benchmarks show figures of the same runs. */
function measured(stack: Addresses): Promise<Measured[]> {
  outcomes ??= measure(stack);
  return outcomes;
}

async function measure(stack: Addresses): Promise<Measured[]> {
  const all = aimedFixtures(stack);
  const found: Measured[] = [];
  for (const one of all) {
    const count = String(Object.keys(one.endless).length);
    const outcome = await outcomeOf([one], (runs) => runs);
    found.push({ name: `${one.name}, each of ${count} endless answers alone`, maxMib: CHECK_MIB, ...outcome });
  }
  // The environment leads to one server only.
  const together = all.filter(({ environment }) => environment === undefined);
  const outcome = await outcomeOf(together, (runs) => {
    const leaves = runs.flatMap((one) => one.leaves);
    return [
      { leaves: Array.from({ length: MANY }, (_, index) => leaves[index % leaves.length] ?? {}), environment: {} },
    ];
  });
  found.push({ name: `a run of ${String(MANY)} checks with endless answers`, maxMib: RUN_MIB, ...outcome });
  return found;
}

interface Run {
  readonly leaves: readonly object[];
  readonly environment: Readonly<Record<string, string>>;
}

async function outcomeOf(
  aimed: readonly Aimed[],
  arranged: (runs: readonly Run[]) => readonly Run[],
): Promise<Outcome> {
  const servers: (() => Promise<void>)[] = [];
  const runs: Run[] = [];
  for (const { endless, at, realPort, environment } of aimed) {
    for (const answer of Object.values(endless)) {
      const { port, stop } = await endlessServer(answer, realPort);
      servers.push(stop);
      runs.push({ leaves: [{ ...at(port), timeout: 28, ...answer.keys }], environment: environment?.(port) ?? {} });
    }
  }
  const healthy = aimed.map(({ at, realPort }) => at(realPort));
  try {
    const args = [JSON.stringify(healthy), JSON.stringify(arranged(runs))];
    return await isolated<Outcome>('test/bench/endless-child.ts', args);
  } finally {
    await Promise.all(servers.map((stop) => stop()));
  }
}

/** The memory that one check takes, and that a run of many takes. */
export async function memory(stack: Addresses): Promise<Figure[]> {
  return (await measured(stack)).map(({ name, maxMib, peakMib, statuses }) => ({
    name: `memory, ${name}`,
    asked: `≤ ${String(maxMib)} MiB more`,
    measured: `${peakMib.toFixed(1)} MiB${unforeseen(statuses)}`,
    ok: peakMib <= maxMib && unforeseen(statuses) === '',
  }));
}

/** How long others are stalled by one check, and by a run of many. */
export async function stalls(stack: Addresses): Promise<Figure[]> {
  return (await measured(stack)).map(({ name, stallMs, statuses }) => ({
    name: `longest stall, ${name}`,
    asked: `≤ ${String(STALL_MS)} ms`,
    measured: `${ms(stallMs)}${unforeseen(statuses)}`,
    ok: stallMs <= STALL_MS && unforeseen(statuses) === '',
  }));
}

/** What checks say other than that their server sent too much. */
function unforeseen(statuses: readonly string[]): string {
  const others = statuses.filter(
    (status) => !(status.startsWith('UnhealthyError: ') && status.includes(' more than ')),
  );
  return others.length === 0 ? '' : `; NOT EXPECTED: ${[...new Set(others)].join(' | ')}`;
}
