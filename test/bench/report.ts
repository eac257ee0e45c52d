/** A warm report of the demo namespace, beside each of its checks done alone with the raw driver. */
import { run } from '../../lib/engine/run.ts';
import { leavesOf } from '../../lib/engine/tree.ts';
import type { Namespace } from '../../lib/document/namespace.ts';
import type { Vault } from '../../lib/vault/vault.ts';
import { createLog } from '../../lib/log.ts';
import { median, ms, ratio, time } from './figure.ts';
import type { Figure } from './figure.ts';
import type { RawChecks } from './raw.ts';

const ROUNDS = 40;
const WARM_UP = 5;
const ASKED = 1.25;
/** What is measured beside the raw checks. */
const REPORT = 'the report';
const AT_ONCE = 'all raw checks at once';

/** @param where Where the servers are, for the name of the figure. */
export async function report(where: string, vault: Vault, namespace: Namespace, raw: RawChecks): Promise<Figure[]> {
  const verdicts = new Set<string>();
  const options = {
    namespace: namespace.name,
    deadlineMs: namespace.deadlineMs,
    proveVault: vault.prover(namespace.name),
    log: createLog((line) => process.stderr.write(`${line}\n`)),
  };
  const once = async () => {
    const { verdict } = await run(namespace.root, options);
    verdicts.add(verdict);
  };
  const atOnce = () =>
    Promise.all(Object.values(raw).flatMap(({ times = 1, run }) => Array.from({ length: times }, () => run())));
  // In turns, so that whatever else the machine does falls on all of them alike.
  const work = new Map<string, () => Promise<unknown>>([
    [REPORT, once],
    [AT_ONCE, atOnce],
    ...Object.entries(raw).map(([name, { run }]): [string, () => Promise<unknown>] => [name, run]),
  ]);
  const times = new Map([...work.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [name, check] of work) {
      const took = await time(check);
      if (round >= WARM_UP) times.get(name)?.push(took);
    }
  }
  const medians = new Map([...times].map(([name, taken]) => [name, median(taken)]));
  const whole = medians.get(REPORT) ?? Number.NaN;
  const ideal = medians.get(AT_ONCE) ?? Number.NaN;
  const alone = [...medians].filter(([name]) => name in raw).sort(([, a], [, b]) => b - a);
  const [, slowest] = alone[0] ?? ['', Number.NaN];
  const checks = leavesOf(namespace.root).length;
  return [
    {
      name: `${where}: warm report of ${String(checks)} checks ÷ its slowest check alone, p50`,
      asked: `≤ ${String(ASKED)} ×`,
      measured: `${ratio(whole / slowest)} (${ms(whole)} ÷ ${ms(slowest)}); ${[...verdicts].join(' ')}`,
      ok: whole / slowest <= ASKED && [...verdicts].join() === 'working',
    },
    {
      name: `${where}: warm report ÷ the same checks with the raw drivers, all at once, p50`,
      asked: 'for comparison',
      measured: `${ratio(whole / ideal)} (${ms(whole)} ÷ ${ms(ideal)})`,
      ok: true,
    },
    {
      name: `${where}: each alone with the raw driver, p50`,
      asked: 'for comparison',
      measured: alone.map(([name, p50]) => `${name} ${ms(p50)}`).join(', '),
      ok: true,
    },
  ];
}
