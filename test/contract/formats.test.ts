/**
 * What every format must do. A golden file shows how it renders each sort of report; `vitest -u` rewrites these files.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../lib/formats/index.ts';
import { reports, viewOf } from '../support/reports.ts';

const GOLDEN = join(import.meta.dirname, '../fixtures/golden');

describe('the registry of formats', () => {
  it('has each name and each media type only once', () => {
    const names = formats.map(({ name }) => name);
    const mediaTypes = formats.flatMap(({ mediaType }) => mediaType ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(mediaTypes).size).toBe(mediaTypes.length);
  });

  it('begins with json', () => {
    expect(formats[0].name).toBe('json');
  });

  it('has a golden file for each format and no others', async () => {
    const files = (await readdir(GOLDEN)).filter((file) => file.endsWith('.txt'));
    expect(files.sort()).toEqual(formats.map(({ name }) => goldenName(name)).sort());
  });
});

const loaded = await Promise.all(formats.map(async (entry) => ({ ...entry, ...(await entry.load()) })));

describe.each(loaded)('$name', (format) => {
  it('renders every sort of report as in its golden file', async () => {
    const parts = Object.entries(reports).map(([name, report]) => {
      const status = format.status(viewOf(report));
      return `=== ${name}: ${String(status)} ${format.contentType}\n${format.render(viewOf(report))}`;
    });
    await expect(`${parts.join('\n')}\n`).toMatchFileSnapshot(join(GOLDEN, goldenName(format.name)));
  });

  it('renders the same report to the same text and does not change the report', () => {
    for (const report of Object.values(reports)) {
      const before = structuredClone(report);
      expect(format.render(viewOf(report))).toBe(format.render(viewOf(report)));
      expect(report).toEqual(before);
    }
  });

  it('has its media type in its content type', () => {
    if (format.mediaType !== undefined) expect(format.contentType.split(';')[0]).toBe(format.mediaType);
    expect(format.contentType).toMatch(/^[a-z]+\/[a-z0-9.+-]+(?:; [a-z0-9-]+=[a-z0-9.-]+)*$/);
  });

  it('does not show control characters from names and messages', () => {
    for (const report of Object.values(reports))
      expect(format.render(viewOf(report)).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it.each(['working', 'degraded'])('answers 200 when a report is %s', (name) => {
    const report = reports[name];
    expect(report && format.status(viewOf(report))).toBe(200);
  });
});

function goldenName(format: string): string {
  return `${format.replace(/[^a-z]/g, '-')}.txt`;
}
