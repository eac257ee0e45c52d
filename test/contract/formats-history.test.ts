/** How formats show what was recorded. A golden file shows each; `vitest -u` rewrites these files. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../lib/formats/index.ts';
import type { Format, View } from '../../lib/formats/format.ts';
import { summaryOf } from '../../lib/formats/summary.ts';
import { pathKey } from '../../lib/engine/tree.ts';
import { historySummary } from '../../lib/history/shown.ts';
import { partOfView } from '../../lib/history/view.ts';
import { pastView, stories } from '../support/past.ts';
import { viewOf } from '../support/reports.ts';
import { shopReports } from '../support/shop.ts';

const GOLDEN = join(import.meta.dirname, '../fixtures/golden/history');

/** Every way to show it, with the query that asks for that. The page is too large for a golden file. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  json: ['history=1h', 'history=2d', 'history=20d'],
  badge: ['of=uptime-24h', 'of=uptime-30d'],
  shields: ['of=uptime-7d', 'of=uptime-90d'],
  openmetrics: [''],
  atom: [''],
};

const report = shopReports['one cause'];

describe.each(Object.entries(QUERIES))('%s', (name, queries) => {
  const entry = formats.find((format) => format.name === name);

  it.each(queries)('shows the history as in its golden file: %j', async (query) => {
    const { format, view } = await shown(query);
    const file = [name, ...(query === '' ? [] : [query.replace('=', '-')])].join('-');
    await expect(format.render(view)).toMatchFileSnapshot(join(GOLDEN, `${file}.txt`));
  });

  it.each(queries)('says so where the history is missing: %j', async (query) => {
    const { format, view } = await shown(query);
    const text = format.render({ ...view, history: undefined, isHistoryMissing: true });
    if (name !== 'openmetrics') expect(text).toMatch(/not available/);
    expect(text).not.toContain('NaN');
  });

  it.each(queries)('shows no message in a summary: %j', async (query) => {
    const { format, view } = await shown(query);
    const { history } = view;
    const summary = { ...view, report: summaryOf(report), summary: true };
    const text = format.render({ ...summary, history: history && historySummary(history) });
    expect(/refused|broker|slower|answer within/.exec(text)?.[0]).toBeUndefined();
  });

  async function shown(query: string): Promise<{ readonly format: Format; readonly view: View }> {
    const format = await (query === '' ? entry : entry?.variant)?.load();
    if (format === undefined) throw new Error(`there is no format ${name}`);
    const asked = new URLSearchParams(query);
    const history = await pastView(stories.eventful, format.wants?.(asked) ?? {});
    // Of the whole, it would be hundreds of kilobytes.
    const part = name === 'json' ? ['storage', 'thumbnails'] : [];
    return { format, view: viewOf(report, { query: asked, part, history: partOfView(history, pathKey(part)) }) };
  }
});
