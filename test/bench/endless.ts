/** What it costs when servers send without end: memory, and how long everything else must wait. */
import { aimedFixtures } from './aimed.ts';
import type { Aimed } from './aimed.ts';
import type { Addresses } from '../stack/addresses.ts';
import { endlessServer } from '../support/endless-server.ts';
import { mustSay } from '../support/endless.ts';
import type { Endless } from '../support/endless.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolatedEach } from './isolated.ts';
import type { Isolated } from './isolated.ts';

const CHECK_MIB = 32;
const RUN_MIB = 128;
const STALL_MS = 100;
/** The checks of the run in which all servers send without end. */
const MANY = 100;
/** Seconds that each check has. */
const TIMEOUT = 28;

interface Ran {
  /** How much more memory the process had at its peak than before. */
  readonly peakMib: number;
  readonly stallMs: number;
  /** The longest stall while the process did nothing. */
  readonly idleMs: number;
  readonly tookMs: number;
  /** Of each check. */
  readonly statuses: readonly string[];
}

interface Outcome extends Omit<Ran, 'statuses'> {
  /** What checks said other than they must. */
  readonly unforeseen: readonly string[];
}

/** What is measured together, and the limit of its memory. */
interface Measured {
  readonly name: string;
  readonly maxMib: number;
  /** Of each form of the answer. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

let figures: Promise<Measured[]> | undefined;

/** Both benchmarks show figures of the same runs. */
function measured(stack: Addresses): Promise<Measured[]> {
  figures ??= isolatedEach<Ran, Measured[]>('test/bench/endless-child.ts', (start) =>
    measure(aimedFixtures(stack), start),
  );
  return figures;
}

export async function measure(all: readonly Aimed[], start: Isolated<Ran>, onlyRun = false): Promise<Measured[]> {
  const found: Measured[] = [];
  for (const one of onlyRun ? [] : all) {
    const outcomes = new Map<string, Outcome>();
    for (const [form, endless] of Object.entries(one.endless))
      outcomes.set(form, await outcomeOf([{ one, form, endless }], 1, start));
    found.push({ name: one.name, maxMib: CHECK_MIB, outcomes });
  }
  // The environment leads to one server only.
  const together = all
    .filter(({ environment }) => environment === undefined)
    .flatMap((one) => Object.entries(one.endless).map(([form, endless]) => ({ one, form, endless })));
  const outcome = await outcomeOf(together, MANY, start);
  return [...found, { name: 'a run', maxMib: RUN_MIB, outcomes: new Map([[`${String(MANY)} checks`, outcome]]) }];
}

/** One run of so many checks, which use these servers in turn. */
async function outcomeOf(
  answers: readonly { readonly one: Aimed; readonly form: string; readonly endless: Endless }[],
  count: number,
  start: Isolated<Ran>,
): Promise<Outcome> {
  const servers: (() => Promise<void>)[] = [];
  const leaves: object[] = [];
  const env: Record<string, string> = {};
  for (const { one, endless } of answers) {
    const { at, realPort, environment } = one;
    const { port, stop } = await endlessServer(endless, realPort);
    servers.push(stop);
    leaves.push({ ...at(port), timeout: TIMEOUT, ...endless.keys });
    env['ENDLESS_ENVIRONMENT'] = JSON.stringify(environment?.(port) ?? {});
  }
  const healthy = [...new Set(answers.map(({ one }) => one))].map(({ at, realPort }) => at(realPort));
  const checks = Array.from({ length: count }, (_, index) => leaves[index % leaves.length]);
  try {
    const { statuses, ...ran } = await start([JSON.stringify(healthy), JSON.stringify(checks)], env);
    const unforeseen = statuses.flatMap((status, index) => {
      const answer = answers[index % answers.length];
      return answer !== undefined && mustSay(answer.endless).test(status) ? [] : [`${answer?.form ?? ''}: ${status}`];
    });
    return { ...ran, unforeseen: [...new Set(unforeseen)] };
  } finally {
    await Promise.all(servers.map((stop) => stop()));
  }
}

/** The memory that one check takes, and that a run of many takes. */
export async function memory(stack: Addresses): Promise<Figure[]> {
  return (await measured(stack)).map(({ name, maxMib, outcomes }) => ({
    name: `memory, ${name} against answers without end`,
    asked: `≤ ${String(maxMib)} MiB more`,
    ...worst(
      outcomes,
      ({ peakMib }) => peakMib,
      maxMib,
      (value) => `${value.toFixed(1)} MiB`,
    ),
  }));
}

/** How long others are stalled by one check, and by a run of many. */
export async function stalls(stack: Addresses): Promise<Figure[]> {
  return (await measured(stack)).map(({ name, outcomes }) => ({
    name: `longest stall, ${name} against answers without end`,
    asked: `≤ ${String(STALL_MS)} ms`,
    ...worst(outcomes, ({ stallMs }) => stallMs, STALL_MS, ms),
  }));
}

/** The figures of all forms, the worst first. */
function worst(
  outcomes: ReadonlyMap<string, Outcome>,
  value: (outcome: Outcome) => number,
  most: number,
  show: (value: number) => string,
): Pick<Figure, 'measured' | 'ok'> {
  const sorted = [...outcomes].sort(([, one], [, other]) => value(other) - value(one));
  const forms = sorted.map(([form, outcome]) => `${form} ${show(value(outcome))}${told(outcome.unforeseen)}`);
  const all = [...outcomes.values()];
  const idle = Math.max(...all.map(({ idleMs }) => idleMs));
  const took = Math.max(...all.map(({ tookMs }) => tookMs));
  return {
    measured: `${forms.join(', ')} (at most ${ms(took)} a run; stall while idle ${ms(idle)})`,
    ok: all.every((outcome) => value(outcome) <= most && outcome.unforeseen.length === 0),
  };
}

function told(unforeseen: readonly string[]): string {
  return unforeseen.length === 0 ? '' : `; NOT EXPECTED: ${unforeseen.join(' | ')};`;
}
