/** When the answer comes, and what it says, if no target ever answers. */
import { run } from '../../lib/engine/run.ts';
import { resultsOf } from '../../lib/engine/tree.ts';
import { createLog } from '../../lib/log.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { fixtures } from '../contract/fixtures/index.ts';
import type { Addresses } from '../stack/addresses.ts';
import { blackHole } from '../support/faulty-server.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';

const DEADLINE_MS = 1000;
const ASKED_MS = 50;
const RUNS = 10;

/**
 * A namespace with a check of every kind that has a target. Every target is the server at this port, which never
 * answers.
 */
export function blackHoleDocument(port: number, stack: Addresses): string {
  const aimed = fixtures.flatMap((fixture) =>
    fixture.at === undefined || fixture.kind === 'tcp' ? [] : [fixture.at(port, stack)],
  );
  const checks = Object.fromEntries(aimed.map((leaf) => [leaf.kind, { ...leaf, timeout: 28 }]));
  return JSON.stringify({ access_tokens: ['a token of the bench'], checks });
}

/** The environment variables that aim checks at the port, for kinds that find their target by the environment. */
export function blackHoleEnvironment(port: number): Record<string, string> {
  return Object.assign({}, ...fixtures.map((fixture) => fixture.environment?.(port) ?? {})) as Record<string, string>;
}

export async function blackHoles(stack: Addresses): Promise<Figure[]> {
  const { port, stop } = await blackHole();
  const before = { ...process.env };
  Object.assign(process.env, blackHoleEnvironment(port));
  const namespace = await parseNamespace('bench', blackHoleDocument(port, stack));
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const late: number[] = [];
  const codes = new Set<string>();
  for (let round = 0; round < RUNS; round += 1) {
    const start = performance.now();
    const { result } = await run(namespace.root, {
      namespace: 'bench',
      deadlineMs: DEADLINE_MS,
      vault: { isRemote: false, prove: () => Promise.resolve() },
      log,
    });
    late.push(performance.now() - start - DEADLINE_MS);
    for (const leaf of resultsOf(result)) codes.add(leaf.error?.code ?? 'working');
  }
  await stop();
  Object.assign(process.env, before);
  const worst = quantile(late, 1);
  return [
    {
      name: `no target ever answers: time from the deadline to the answer, worst of ${String(RUNS)}`,
      asked: `≤ ${String(ASKED_MS)} ms, TimeoutError for every check`,
      measured: `${worst.toFixed(1)} ms, ${[...codes].join(' and ')}`,
      ok: worst <= ASKED_MS && [...codes].join() === 'TimeoutError',
    },
  ];
}
