/** What it costs to keep history: time and memory of a recorder, and the size of what it writes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addresses } from '../stack/addresses.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { createHistoryTable } from '../support/history-table.ts';
import { median, ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';
import { itemSizes } from './record-sizes.ts';

const NAMESPACES = 200;
const CHECKS = 25;
const AT_A_TIME = 8;
const ASKED_S = 30;
const PEAK_MB = 256;

interface Outcome {
  /** Milliseconds of each minute that was recorded. */
  readonly times: readonly number[];
  /** Milliseconds of processor time for one of them. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

export async function recording({ ministack }: Addresses): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-bench-'));
  try {
    const table = await createHistoryTable(ministack);
    return [
      ...(await recordIn('in a folder', `file:${join(folder, 'history')}`, {})),
      ...(await recordIn('in DynamoDB on ministack', `dynamodb:${table}`, motoEnvironment(ministack))),
      ...(await itemSizes(CHECKS)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function recordIn(where: string, history: string, env: Readonly<Record<string, string>>): Promise<Figure[]> {
  const args = [history, NAMESPACES, CHECKS, AT_A_TIME].map(String);
  const { times, cpuMs, peakMb } = await isolated<Outcome>('test/bench/record-child.ts', args, env);
  const slowest = Math.max(...times);
  const each = (milliseconds: number) => ms(milliseconds / NAMESPACES);
  const name = `${String(NAMESPACES)} namespaces of ${String(CHECKS)} checks recorded ${where}`;
  return [
    {
      name: `${name}, ${String(AT_A_TIME)} at a time, slowest of ${String(times.length)}`,
      asked: `≤ ${String(ASKED_S)} s`,
      measured: `${(slowest / 1000).toFixed(2)} s; p50 ${each(median(times))} for each, processor ${each(cpuMs)}`,
      ok: slowest <= ASKED_S * 1000,
    },
    {
      name: `${name}: peak memory`,
      asked: `below ${String(PEAK_MB)} MB`,
      measured: `${peakMb.toFixed(0)} MB`,
      ok: peakMb < PEAK_MB,
    },
  ];
}
