import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { costOfNamespace, fixedCost, limits, PRICES, sumOf } from '../../../infra/cost.ts';
import { meanBatchMs } from '../../../infra/lag.ts';
import { MEASURED } from '../../../infra/measured.ts';

const part = (name: string, batch = 1) => costOfNamespace(batch).find((line) => line.part === name)?.dollars;
const SAMPLES = 30 * 24 * 60;

describe('the cost of a namespace', () => {
  test('is that of a sample a minute for a month of 30 days', () => {
    expect(part('DynamoDB: writes')).toBeCloseTo(SAMPLES * MEASURED.writeUnits * PRICES.dynamoWriteUnit);
    expect(part('Secrets Manager: reads')).toBeCloseTo(SAMPLES * 2 * 0.000005);
    expect(part('Lambda: requests')).toBeCloseTo(SAMPLES * 0.0000002);
  });

  test('is more where there are more namespaces than AWS lets read by one call each', () => {
    const reads = (namespaces: number) =>
      costOfNamespace(3, namespaces).find(({ part }) => part === 'Secrets Manager: reads')?.dollars;
    expect(reads(6000)).toBeCloseTo(SAMPLES * 2 * 0.000005);
    expect(reads(12_000)).toBeCloseTo(SAMPLES * 3 * 0.000005);
  });

  test('is less in a batch of three, which wait for their servers together', () => {
    expect(sumOf(costOfNamespace(3))).toBeLessThan(sumOf(costOfNamespace(1)));
    expect(part('Lambda: requests', 3)).toBeCloseTo(Number(part('Lambda: requests')) / 3);
    const gbSeconds = (SAMPLES / 3) * (meanBatchMs(3, MEASURED.times) / 1000) * 0.5;
    expect(part('Lambda: running and recording', 3)).toBeCloseTo(gbSeconds * PRICES.lambdaGbSecond);
  });

  test('has no part that is not a number of dollars', () => {
    for (const { dollars } of [...costOfNamespace(1), ...costOfNamespace(3), ...fixedCost()])
      expect(dollars).toBeGreaterThan(0);
  });

  test('counts the alarms that there are', async () => {
    const file = join(import.meta.dirname, '../../../infra/history/alarms.yml');
    const text = (await readFile(file, 'utf8')).replaceAll(/!(?:Ref|GetAtt) /g, '');
    const { on } = parse(text) as { on: { Resources: object } };
    const count = Object.keys(on.Resources).length;
    expect(fixedCost().map(({ part }) => part)).toContain(`${count} alarms, if \`alarmTopic\` is set`);
  });
});

test('each limit is reached at some number of namespaces', () => {
  for (const { namespaces, what } of limits()) expect({ what, ok: namespaces > 100 }).toEqual({ what, ok: true });
});
