/** How long a document within its bounds, or just beyond them, keeps everything else waiting while it is read. */
import { parseNamespace } from '../../lib/document/namespace.ts';
import type { ParseOptions } from '../../lib/document/namespace.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';

const ASKED_MS = 100;
const LEAF = { kind: 'tcp', host: 'h', port: 1 };
const SECRET = JSON.stringify({ k: 'v', more: 'x'.repeat(60_000) });

function many(count: number, entry: (index: string) => [string, unknown]): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => entry(String(index))));
}

function nested(levels: number, inner: unknown): unknown {
  return levels === 0 ? inner : { g: nested(levels - 1, inner) };
}

function text(checks: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ access_tokens: ['a token of the bench'], checks, ...more });
}

const groups = Array.from({ length: 18 }, (_, index) => Array.from({ length: index + 1 }, () => 'g').join('/'));
const documents: Readonly<Record<string, { readonly source: string; readonly options?: ParseOptions }>> = {
  '1,000 checks': { source: text(many(1000, (index) => [`c${index}`, LEAF])) },
  '10,000 checks of unknown kinds': {
    source: text(many(10_000, (index) => [`c${index}`, { kind: `postgrs${index}` }])),
  },
  '1,000 checks of unknown kinds': { source: text(many(1000, (index) => [`c${index}`, { kind: `postgrs${index}` }])) },
  '60,000 unknown keys': {
    source: text(
      { a: LEAF },
      many(60_000, (index) => [`key${index}`, 1]),
    ),
  },
  '60,000 unknown keys of a check': {
    source: text({ a: { ...LEAF, ...many(60_000, (index) => [`key${index}`, 1]) } }),
  },
  '1,000 checks that depend on a wrong path': {
    source: text(many(1000, (index) => [`some-name-${index}`, { ...LEAF, depends_on: [`some-name-${index}x`] }])),
  },
  '1,000 checks that depend on each other': {
    source: text(
      nested(
        18,
        many(1000, (index) => [`c${index}`, { ...LEAF, depends_on: groups }]),
      ),
    ),
  },
  '20,000 references to one secret': {
    source: text({
      a: { kind: 'http', url: 'http://h', headers: many(20_000, (index) => [`h${index}`, { secret: 's', key: 'k' }]) },
    }),
  },
  '1 MiB of brackets': { source: '['.repeat(1024 * 1024) },
  '64 KiB of YAML': {
    source: Array.from({ length: 5500 }, (_, index) => `key${String(index)}: 1`).join('\n'),
    options: { format: 'yaml' },
  },
};

const REFUSED = { kind: 'tcp', host: '127.0.0.1', port: 1 };
const longName = (index: string) => `${index}-`.padEnd(200, 'n');

/** The largest documents within the bounds. Their checks fail immediately. */
export const largeDocuments: Readonly<Record<string, string>> = {
  '1,000 checks with long names': text(many(1000, (index) => [longName(index), REFUSED])),
  '1,000 checks below 19 groups, each depending on 18 of them': text(
    nested(
      19,
      many(1000, (index) => [
        `c${index}`,
        {
          ...REFUSED,
          depends_on: Array.from({ length: 18 }, (_, level) =>
            Array(level + 1)
              .fill('g')
              .join('/'),
          ),
        },
      ]),
    ),
  ),
  '1,000 checks of which each depends on the 20 before it': text(
    many(1000, (index) => [
      `c${index}`,
      {
        ...REFUSED,
        depends_on: Array.from({ length: 20 }, (_, before) => `c${String(Number(index) - before - 1)}`).filter(
          (name) => !name.includes('-'),
        ),
      },
    ]),
  ),
  '1,000 checks with long texts': text(
    many(1000, (index) => [`c${index}`, { ...REFUSED, description: 'd'.repeat(800) }]),
  ),
  '1,000 checks of unknown kinds with long names': text(
    many(1000, (index) => [longName(index), { kind: `postgrs${index}`.padEnd(600, 'x') }]),
  ),
};

export async function documentsRead(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, { source, options }] of Object.entries(documents)) {
    await longestWait(source, options); // what is loaded and compiled only once
    const wait = await longestWait(source, options);
    const asked = `others wait ≤ ${String(ASKED_MS)} ms`;
    figures.push({ name: `reading a document: ${name}`, asked, measured: ms(wait), ok: wait <= ASKED_MS });
  }
  return figures;
}

/** The longest time between two turns of the event loop, in milliseconds. */
async function longestWait(source: string, options: ParseOptions = {}): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isOver = false;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await parseNamespace('bench', source, { readSecret: () => Promise.resolve(SECRET), ...options }).catch(
    () => undefined,
  );
  isOver = true;
  await new Promise((resolve) => setImmediate(resolve));
  return longest;
}
