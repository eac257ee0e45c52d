/**
 * What stays open, and how memory grows, in a thousand runs of working checks and a thousand runs of checks that get no
 * answer.
 */
import type { Addresses } from '../stack/addresses.ts';
import { blackHole } from '../support/faulty-server.ts';
import { fixtures } from '../contract/fixtures/index.ts';
import { blackHoleDocument, blackHoleEnvironment } from './black-holes.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';

const RUNS = 1000;
const MAX_GROWTH_MB = 4;

interface Outcome {
  readonly surplus: readonly string[];
  /** Heap in MB after garbage collection: after a tenth of the runs, and after all runs. */
  readonly heapMb: readonly [number, number];
  readonly verdicts: Readonly<Record<string, number>>;
}

export async function leaks(stack: Addresses): Promise<Figure[]> {
  const { port, stop } = await blackHole();
  const measured = {
    working: await isolated<Outcome>('test/bench/leaks-child.ts', [workingDocument(stack), '10000', String(RUNS)]),
    'no answers': await isolated<Outcome>(
      'test/bench/leaks-child.ts',
      [blackHoleDocument(port, stack), '50', String(RUNS)],
      blackHoleEnvironment(port),
    ),
  };
  await stop();
  const expected = { working: 'working', 'no answers': 'failing' };
  return Object.entries(measured).map(([name, { surplus, heapMb, verdicts }]) => {
    const asExpected = Object.keys(verdicts).join() === expected[name as keyof typeof measured];
    const left = surplus.length === 0 ? 'nothing' : surplus.join(' ');
    const heap = heapMb.map((mb) => mb.toFixed(1)).join(' → ');
    const growth = heapMb[1] - heapMb[0];
    return {
      name: `${String(RUNS)} runs, ${name}: what stays open, and heap`,
      asked: `nothing, growth ≤ ${String(MAX_GROWTH_MB)} MB`,
      measured: `${left}, ${heap} MB; ${JSON.stringify(verdicts)}`,
      ok: asExpected && surplus.length === 0 && growth <= MAX_GROWTH_MB,
    };
  });
}

/** A namespace with all leaves of the contract suite that must work. */
function workingDocument(stack: Addresses): string {
  const checks = Object.fromEntries(fixtures.map((fixture) => [fixture.kind, fixture.works(stack)]));
  return JSON.stringify({ access_tokens: ['a token of the bench'], checks });
}
