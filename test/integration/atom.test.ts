/** The feed of changes as feed readers see it: feedparser is what many of them are made with. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { atom } from '../../lib/formats/atom.ts';
import { pastView, stories } from '../support/past.ts';
import { viewOf } from '../support/reports.ts';
import { shopReports } from '../support/shop.ts';
import { PYTHON } from '../stack/python.ts';

const SCRIPT = `
import feedparser, json, sys
feed = feedparser.parse(sys.argv[1])
print(json.dumps({"bozo": bool(feed.bozo), "version": feed.version, "title": feed.feed.title, "entries": [
  {"id": entry.id, "title": entry.title, "summary": entry.summary, "type": entry.summary_detail.type}
  for entry in feed.entries]}))
`;

interface Parsed {
  readonly bozo: boolean;
  readonly version: string;
  readonly title: string;
  readonly entries: readonly Readonly<Record<'id' | 'title' | 'summary' | 'type', string>>[];
}

async function parsed(text: string): Promise<Parsed> {
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', SCRIPT, text], { maxBuffer: 10_000_000 });
  return JSON.parse(stdout) as Parsed;
}

describe('the feed of changes', () => {
  it('is well formed, with one entry a change, and ids that differ', async () => {
    const history = await pastView(stories.eventful, atom.wants?.(new URLSearchParams()) ?? {});
    const feed = await parsed(atom.render(viewOf(shopReports['one cause'], { history })));
    expect(feed).toMatchObject({ bozo: false, version: 'atom10', title: 'Changes of shop-production' });
    expect(feed.entries).toHaveLength(history.changes?.length ?? 0);
    expect(new Set(feed.entries.map(({ id }) => id)).size).toBe(feed.entries.length);
    for (const { id } of feed.entries) expect(id).toMatch(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('shows hostile names and messages as text', async () => {
    const nasty = ']]></summary><script>alert(1)</script>&amp; "x" \u0000\u202e';
    const change = {
      id: '0'.repeat(32),
      outage: '1'.repeat(32),
      namespace: 'shop-production',
      path: nasty,
      from: 'up' as const,
      to: 'down' as const,
      since: 1_700_000_000_000,
      at: 1_700_000_060_000,
      error: nasty,
      causes: [{ address: nasty }],
      consequences: [nasty],
    };
    const history = { at: change.at, changes: [change] };
    const feed = await parsed(atom.render(viewOf(shopReports['one cause'], { history })));
    expect(feed.bozo).toBe(false);
    expect(feed.entries).toHaveLength(1);
    expect(feed.entries[0]?.title).toContain('is down');
    expect(feed.entries[0]?.summary).toContain(']]></summary><script>alert(1)</script>&amp; "x"');
    expect(feed.entries[0]?.type).toBe('text/plain');
  });
});
