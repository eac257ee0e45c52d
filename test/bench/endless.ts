/** What it costs when servers send without end: memory, and how long everything else must wait. */
import { fixtures } from '../contract/fixtures/index.ts';
import type { Addresses } from '../stack/addresses.ts';
import type { Endless } from '../support/endless.ts';
import { endlessServer } from '../support/endless-server.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';

const CHECK_MIB = 32;
const RUN_MIB = 128;
const STALL_MS = 100;
const MANY = 100;

interface Outcome {
  /** How much more memory the process had at its peak than before. */
  readonly peakMib: number;
  readonly stallMs: number;
  readonly statuses: readonly string[];
}

/** One kind and one of its answers without end. */
export interface Case {
  readonly name: string;
  readonly outcome: (count: number) => Promise<Outcome>;
}

export function endlessCases(stack: Addresses): Case[] {
  return fixtures.flatMap(({ kind, at, realPort, environment, endless = {} }) =>
    Object.entries(endless).map(([name, answer]): Case => {
      if (at === undefined || realPort === undefined) throw new Error(`${kind} cannot be aimed at a server`);
      const leaf = (port: number) => JSON.stringify({ ...at(port, stack), timeout: 28, ...answer.keys });
      const real = realPort(stack);
      return {
        name: `${kind}: ${name} without end`,
        outcome: (count) =>
          measured(answer, real, (port) => [
            String(count),
            leaf(real),
            leaf(port),
            JSON.stringify(environment?.(port) ?? {}),
          ]),
      };
    }),
  );
}

async function measured(answer: Endless, real: number, args: (port: number) => string[]): Promise<Outcome> {
  const { port, stop } = await endlessServer(answer, real);
  try {
    return await isolated<Outcome>('test/bench/endless-child.ts', args(port));
  } finally {
    await stop();
  }
}

/** The memory that one check takes, and that a run of many takes. */
export function memory(stack: Addresses): Promise<Figure[]> {
  return figuresOf(stack, (name, count, { peakMib, statuses }) => {
    const limit = count === 1 ? CHECK_MIB : RUN_MIB;
    return {
      name: `memory, ${name}`,
      asked: `≤ ${String(limit)} MiB more`,
      measured: `${peakMib.toFixed(1)} MiB; ${statuses.join(' | ')}`,
      ok: peakMib <= limit && saysSo(statuses),
    };
  });
}

/** How long others are stalled by one check, and by a run of many. */
export function stalls(stack: Addresses): Promise<Figure[]> {
  return figuresOf(stack, (name, _count, { stallMs, statuses }) => ({
    name: `longest stall, ${name}`,
    asked: `≤ ${String(STALL_MS)} ms`,
    measured: `${ms(stallMs)}; ${statuses.join(' | ')}`,
    ok: stallMs <= STALL_MS && saysSo(statuses),
  }));
}

async function figuresOf(
  stack: Addresses,
  figure: (name: string, count: number, outcome: Outcome) => Figure,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, outcome } of endlessCases(stack)) {
    figures.push(figure(`1 check, ${name}`, 1, await outcome(1)));
    figures.push(figure(`${String(MANY)} checks, ${name}`, MANY, await outcome(MANY)));
  }
  return figures;
}

/** Whether each check says that its server sent too much. */
function saysSo(statuses: readonly string[]): boolean {
  return statuses.every((status) => status.startsWith('UnhealthyError: ') && status.includes(' more than '));
}
