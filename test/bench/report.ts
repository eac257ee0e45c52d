/** A warm report of the demo namespace, compared with each of its checks done alone with the raw driver. */
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
/** The names of what is measured in addition to each raw check. */
const REPORT = 'the report';
const CONCURRENTLY = 'all raw checks concurrently';

/** @param where Where the servers are, for the names of the figures. */
export async function report(where: string, vault: Vault, namespace: Namespace, raw: RawChecks): Promise<Figure[]> {
  const verdicts = new Set<string>();
  const options = {
    namespace: namespace.name,
    deadlineMs: namespace.deadlineMs,
    vault: vault.access(namespace.name),
    log: createLog((line) => process.stderr.write(`${line}\n`)),
  };
  const once = async () => {
    const { verdict } = await run(namespace.root, options);
    verdicts.add(verdict);
  };
  const concurrently = () =>
    Promise.all(Object.values(raw).flatMap(({ times = 1, run }) => Array.from({ length: times }, () => run())));
  // In turns, so that other load on the machine affects all of them equally.
  const work = new Map<string, () => Promise<unknown>>([
    [REPORT, once],
    [CONCURRENTLY, concurrently],
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
  const ideal = medians.get(CONCURRENTLY) ?? Number.NaN;
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
      name: `${where}: warm report ÷ the same checks done concurrently with the raw drivers, p50`,
      asked: 'none, for comparison',
      measured: `${ratio(whole / ideal)} (${ms(whole)} ÷ ${ms(ideal)})`,
      ok: true,
    },
    {
      name: `${where}: each check alone with the raw driver, p50`,
      asked: 'none, for comparison',
      measured: alone.map(([name, p50]) => `${name} ${ms(p50)}`).join(', '),
      ok: true,
    },
  ];
}
