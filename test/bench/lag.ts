/**
 * How long it takes to record a namespace, as the function on AWS does it: a batch of three at a time, from the vault
 * to the table, with the servers of the demo. From that, the lag of the recorder with very many namespaces.
 */
import { neededConcurrency, simulate } from '../../infra/lag.ts';
import type { ServiceTimes } from '../../infra/lag.ts';
import { MEASURED } from '../../infra/measured.ts';
import { openHistory } from '../../lib/history/open.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { createLog } from '../../lib/log.ts';
import { Recorder } from '../../lib/record/recorder.ts';
import { Reporter } from '../../lib/reporter.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Addresses } from '../stack/addresses.ts';
import { withoutExtras } from '../stack/find-servers.ts';
import { demoNamespace } from '../stack/namespace.ts';
import { createHistoryTable } from '../support/history-table.ts';
import { ms, quantile } from './figure.ts';
import type { Figure } from './figure.ts';

const BATCH = 3;
const ROUNDS = 40;
const WARM_UP = 3;
const QUANTILES = 20;
const MINUTE_MS = 60_000;
const PREFIX = 'healthgate/lag';

export async function lag(addresses: Addresses): Promise<Figure[]> {
  const names = Array.from({ length: BATCH }, (_, index) => `shop${index}`);
  const documents = secretsManagerStore(PREFIX);
  for (const name of names) {
    // Its secrets are there: the other benchmarks' vault is the same Secrets Manager.
    const { document } = demoNamespace(createToken(name), withoutExtras(addresses));
    await documents.write(name, JSON.stringify(document), AbortSignal.timeout(10_000));
  }
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const store = await openHistory(`dynamodb:${await createHistoryTable(addresses.aws)}`);
  const begin = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    // Nothing is kept from one slot to the next: within a minute, Lambda may well use another environment.
    const vault = new Vault(secretsManagerStore(PREFIX), log);
    const reporter = new Reporter(vault, log);
    const recorder = new Recorder({ reporter, vault, store, deliver: async () => true, log, lateSlots: 2 });
    const before = process.cpuUsage();
    const times = await Promise.all(
      names.map(async (name) => {
        const start = performance.now();
        await recorder.record(name, begin - (ROUNDS + WARM_UP - round) * MINUTE_MS, MINUTE_MS);
        return performance.now() - start;
      }),
    );
    const { user, system } = process.cpuUsage(before);
    if (round < WARM_UP) continue;
    wall.push(...times);
    cpu.push((user + system) / 1000 / BATCH);
  }
  await store.close();
  const measured: ServiceTimes = {
    wallMs: Array.from({ length: QUANTILES }, (_, step) => Math.round(quantile(wall, (step + 0.5) / QUANTILES))),
    cpuMs: Math.round(quantile(cpu, 0.5)),
    silentShare: MEASURED.times.silentShare,
    silentMs: MEASURED.times.silentMs,
  };
  return [
    {
      name: `recording the demo namespace, ${BATCH} at a time`,
      asked: 'none, for docs/cost.md',
      measured: `${ms(quantile(wall, 0.5))}, p99 ${ms(quantile(wall, 0.99))}; ${ms(measured.cpuMs)} of the processor each`,
      ok: true,
    },
    { name: 'its quantiles in twentieths', asked: 'none, for docs/cost.md', measured: measured.wallMs.join(', '), ok: true },
    ...[100, 1000, 10_000].flatMap((namespaces) => lagOf(namespaces, measured)),
  ];
}

function lagOf(namespaces: number, times: ServiceTimes): Figure[] {
  const needed = neededConcurrency(namespaces, times);
  const simulated = [10, 100, 1000].map((concurrency): Figure => {
    const { medianMs, p99Ms, maxMs, lost } = simulate({ namespaces, concurrency, times });
    const isLost = lost > 0 ? `, ${(100 * lost).toFixed(0)} % lost` : '';
    const [median, p99, max] = [medianMs, p99Ms, maxMs].map((value) => (value / 1000).toFixed(1));
    return {
      name: `recorder lag, ${namespaces} namespaces, ${concurrency} batches at a time`,
      asked: 'none, for comparison',
      measured: `median ${median} s, p99 ${p99} s, max ${max} s${isLost}`,
      ok: true,
    };
  });
  return [
    ...simulated,
    {
      name: `batches at a time that ${namespaces} namespaces need`,
      asked: 'at most 1000',
      measured: needed === undefined ? 'more than there can be' : String(needed),
      ok: needed !== undefined,
    },
  ];
}
