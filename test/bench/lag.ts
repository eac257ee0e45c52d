/**
 * How long it takes to record a namespace, as the function on AWS does it, from the vault to the table, with the
 * servers of the demo. From that, the lag of the recorder with very many namespaces. In a batch, the emulator of AWS
 * makes them wait for each other, which AWS does not.
 */
import { BATCH, neededConcurrency, simulate } from '../../infra/lag.ts';
import type { ServiceTimes } from '../../infra/lag.ts';
import { MEASURED } from '../../infra/measured.ts';
import { openHistory } from '../../lib/history/open.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { createLog } from '../../lib/log.ts';
import { Recorder } from '../../lib/record/recorder.ts';
import { Reporter } from '../../lib/reporter.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Addresses } from '../stack/addresses.ts';
import { withoutExtras } from '../stack/find-servers.ts';
import { demoNamespace } from '../stack/namespace.ts';
import { fillVault } from '../stack/vault.ts';
import { createHistoryTable } from '../support/history-table.ts';
import { median, ms, quantile, time } from './figure.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 40;
const WARM_UP = 3;
const QUANTILES = 20;
const MINUTE_MS = 60_000;
const PREFIX = 'healthgate/lag';

export async function lag(stack: { readonly addresses: Addresses; readonly folder: string }): Promise<Figure[]> {
  const names = await writeNamespaces(stack);
  const store = await openHistory(`dynamodb:${await createHistoryTable(stack.addresses.aws)}`);
  const alone = await measure(store, names.slice(0, 1));
  const together = await measure(store, names.slice(1));
  await store.close();
  const measured: ServiceTimes = {
    wallMs: Array.from({ length: QUANTILES }, (_, step) =>
      Math.round(quantile(alone.wallMs, (step + 0.5) / QUANTILES)),
    ),
    cpuMs: Math.round(median(alone.cpuMs)),
    silentShare: MEASURED.times.silentShare,
    silentMs: MEASURED.times.silentMs,
  };
  return [
    shown('recording the demo namespace alone', timesOf(alone)),
    shown('the quantiles of that in twentieths, ms', measured.wallMs.join(', ')),
    shown(`recording it in a batch of ${BATCH}`, timesOf(together)),

    ...[100, 1000, 10_000].flatMap((namespaces) => lagOf(namespaces, measured)),
  ];
}

/** Copies of the demo's namespace, with all secrets that it refers to. */
async function writeNamespaces(stack: Parameters<typeof lag>[0]): Promise<readonly string[]> {
  const names = Array.from({ length: 1 + BATCH }, (_, index) => `shop${index}`);
  const store = secretsManagerStore(PREFIX);
  for (const name of names) {
    const demo = demoNamespace(createToken(name), withoutExtras(stack.addresses));
    await fillVault(demo, stack);
    await store.write(name, JSON.stringify(demo.document), AbortSignal.timeout(10_000));
  }
  return names;
}

interface Times {
  /** Of each namespace, from start to end. */
  readonly wallMs: readonly number[];
  /** Of the processor, for each namespace. */
  readonly cpuMs: readonly number[];
}

/** Records the namespaces concurrently, one slot after the other. */
async function measure(store: HistoryStore, names: readonly string[]): Promise<Times> {
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const begin = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    // Nothing is kept from one slot to the next: a minute later, Lambda may well use another environment.
    const vault = new Vault(secretsManagerStore(PREFIX), log);
    const reporter = new Reporter(vault, log);
    const recorder = new Recorder({
      reporter,
      vault,
      store,
      deliver: async () => undefined,
      log,
      lateSlots: 2,
      now: Date.now,
    });
    const at = begin - (ROUNDS + WARM_UP - round) * MINUTE_MS;
    const before = process.cpuUsage();
    const times = await Promise.all(names.map((name) => time(() => recorder.record(name, at, MINUTE_MS))));
    const { user, system } = process.cpuUsage(before);
    if (round < WARM_UP) continue;
    wallMs.push(...times);
    cpuMs.push((user + system) / 1000 / names.length);
  }
  return { wallMs, cpuMs };
}

function timesOf({ wallMs, cpuMs }: Times): string {
  return `${ms(median(wallMs))}, p99 ${ms(quantile(wallMs, 0.99))}, of which processor ${ms(median(cpuMs))}`;
}

function shown(name: string, measured: string): Figure {
  return { name, asked: 'none, for docs/cost.md', measured, ok: true };
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
