/** The tables of docs/cost.md about the recorder, as rows of text. */
import { costOfHeartbeat, costOfNamespace, fixedCost, lagRows, limits, needed, sumOf } from './cost.ts';
import { BATCH } from './lag.ts';

interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const SIZES = [1, 100, 1000, 10_000];

/** By the names of their places in the text. */
export function costTables(): Readonly<Record<string, Table>> {
  return {
    'recorder cost': parts(),
    'recorder total': totals(),
    'recorder lag': lags(),
    'recorder limits': limitRows(),
  };
}

function parts(): Table {
  const [alone, together] = [costOfNamespace(1), costOfNamespace(BATCH)];
  const rows = alone.map(({ part, dollars }, index) => [part, cents(dollars), cents(together[index]?.dollars ?? 0)]);
  return {
    head: ['Part', 'A message a batch', `${BATCH} messages a batch`],
    rows: [
      ...rows,
      ['**A namespace a month**', `**${cents(sumOf(alone))}**`, `**${cents(sumOf(together))}**`],
      ...fixedCost().map(({ part, dollars }) => [`Fixed: ${part}`, cents(dollars), cents(dollars)]),
      [
        'A target of the type `heartbeat` or `uptime_kuma`, in addition',
        cents(costOfHeartbeat()),
        cents(costOfHeartbeat()),
      ],
    ],
  };
}

function totals(): Table {
  const fixed = sumOf(fixedCost());
  return {
    head: ['Namespaces', 'A month', 'For each of them'],
    rows: SIZES.map((namespaces) => {
      const each = sumOf(costOfNamespace(namespaces < BATCH ? 1 : BATCH, namespaces));
      const total = fixed + namespaces * each;
      return [count(namespaces), dollars(total), cents(total / namespaces)];
    }),
  };
}

function lags(): Table {
  return {
    head: ['Namespaces', '`recordConcurrency`', 'Median', '99 % within', 'Longest', 'Lost', 'Needed'],
    rows: lagRows().map(({ namespaces, concurrency, medianS, p99S, maxS, lost }) => [
      count(namespaces),
      count(concurrency),
      ...[medianS, p99S, maxS].map((value) => `${value.toFixed(1)} s`),
      lost === 0 ? 'none' : `${(100 * lost).toFixed(0)} %`,
      count(needed(namespaces) ?? Infinity),
    ]),
  };
}

function limitRows(): Table {
  return {
    head: ['Limit', 'Value', 'Reached at so many namespaces'],
    rows: limits().map(({ what, limit, namespaces }) => [what, limit, count(namespaces)]),
  };
}

const count = (value: number) => value.toLocaleString('en-US');

/** Of a whole deployment. */
function dollars(value: number): string {
  const digits = value < 100 ? 2 : 0;
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** Enough digits to see what is small. */
function cents(value: number): string {
  if (value < 0.0001) return 'less than $0.0001';
  return `$${value < 0.01 ? value.toFixed(4) : value.toFixed(3)}`;
}
