/** The status page with history, as bytes: its strips, its words without script, its policy and its size. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { htmlWith } from '../../../lib/formats/html.ts';
import { formats } from '../../../lib/formats/index.ts';
import type { PastData } from '../../../lib/formats/html/past/told.ts';
import { summaryOf } from '../../../lib/formats/summary.ts';
import type { View } from '../../../lib/formats/format.ts';
import { historySummary } from '../../../lib/history/shown.ts';
import { DAY_MS } from '../../../lib/history/span.ts';
import type { HistoryView } from '../../../lib/history/view.ts';
import { partOfView } from '../../../lib/history/view.ts';
import { NOW, pastView, stories } from '../../support/past.ts';
import { groupResult, reportOf, resultAt, viewOf } from '../../support/reports.ts';
import { shopReports } from '../../support/shop.ts';

/** Of a page of 25 checks with 24 hours and 90 days. */
const MAX_BYTES = 150_000;
const MAX_GZIPPED = 40_000;

const html = htmlWith(formats);
const history = await pastView(stories.eventful);
const failing = (overrides: Partial<View> = {}) => viewOf(shopReports['one cause'], { history, ...overrides });
const page = html.render(failing());

const count = (text: string, needle: string | RegExp) => text.split(needle).length - 1;
const wordsIn = (text: string) =>
  text
    .replace(/<(style|script)[^]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

function dataIn(text: string): PastData {
  return JSON.parse(/<script type="application\/json" id="past">(.*?)<\/script>/.exec(text)?.[1] ?? '') as PastData;
}

describe('the page with history', () => {
  it('has two strips of the whole and of each check, and a small one in each row', () => {
    expect(count(page, 'data-strip="')).toBe(2 * 26);
    expect(count(page, 'class="lately"')).toBe(25);
    const { axes, rows } = dataIn(page);
    expect(axes.map(([, length, marks]) => [length, marks])).toEqual([
      [900, 96],
      [86_400, 90],
    ]);
    expect(rows).toHaveLength(26);
  });

  it('draws equal neighbours as one', () => {
    const quiet = /<g id="q1">(.*?)<\/g>/.exec(page)?.[1];
    expect(quiet).toBe('<path class="mu" d="M0 0h384"/>');
  });

  it('says without script how much it was up, since when it is as it is, and what went wrong', () => {
    const words = wordsIn(page);
    expect(words).toContain('24 hours 98.26 % up');
    expect(words).toMatch(/down since 2023-11-14 21:50 UTC , for 23 min/);
    expect(words).toMatch(/up for \d\d days/);
    expect(words).toMatch(/Outages of the last 14 days rabbit ongoing 23 min since 2023-11-14 21:50 UTC/);
    expect(words).toContain('4 checks not up because of it: celery/ping , celery/queues.high_priority');
    expect(words).toMatch(/payments down 2 h 2023-11-10 21:00 UTC – 2023-11-10 23:00 UTC TimeoutError: no answer/);
    expect(words).toMatch(/median \d+ ms, 95 % within \d+ ms/);
  });

  it('says that what is not confirmed is not', () => {
    const report = reportOf(groupResult('', resultAt('mail', { error: { code: 'UnhealthyError', message: 'x' } })));
    expect(wordsIn(html.render(viewOf(report, { history })))).toMatch(/not confirmed yet; recorded as up for \d+ days/);
  });

  describe('in maintenance', () => {
    const error = { code: 'UnhealthyError' as const, message: 'x' };
    const report = reportOf(groupResult('', resultAt('mail', { error })));
    const place = {
      header: /<p class="sum">.*?<\/p>/s,
      card: /<article class="card cause.*?<\/article>/s,
      row: /<p class="lasting">.*?<\/p>/s,
    };
    const during = (checks: readonly string[], from = NOW - 1) => {
      const windows = [{ from, to: NOW + DAY_MS, checks }];
      return html.render(viewOf(report, { history: { ...history, windows } }));
    };
    const until = /down, in maintenance until 2023-11-15 22:13 UTC/;

    it.each(Object.entries(place))('says so and until when, and nothing of confirmation: %s', (_name, pattern) => {
      const words = wordsIn(pattern.exec(during([]))?.[0] ?? '');
      expect(words).toMatch(until);
      expect(words).not.toContain('confirmed');
    });

    it('says nothing of it for the whole where the window is about a part', () => {
      const text = during(['mail']);
      expect(wordsIn(place.card.exec(text)?.[0] ?? '')).toMatch(until);
      expect(wordsIn(place.header.exec(text)?.[0] ?? '')).not.toContain('maintenance');
    });

    it('says nothing of it before the window begins, nor of what the window is not about', () => {
      expect(wordsIn(during([], NOW + 1))).not.toMatch(until);
      expect(wordsIn(during(['storage']))).not.toMatch(until);
    });
  });

  it('announces maintenance before and during it', () => {
    const windows = [
      { from: NOW - 1, to: NOW + DAY_MS, checks: ['storage/postgres'], text: 'New <b>database</b>' },
      { from: NOW + DAY_MS, to: NOW + 2 * DAY_MS, checks: [] },
    ];
    const words = wordsIn(html.render(failing({ history: { ...history, windows } })));
    expect(words).toMatch(/Maintenance under way : New &lt;b&gt;database&lt;\/b&gt; until .* · storage\/postgres/);
    expect(words).toMatch(/Announced maintenance .* · everything/);
  });

  it('says that the history is not available, and is otherwise as without', () => {
    const missing = html.render(failing({ history: undefined, isHistoryMissing: true }));
    expect(missing).toContain('history is not available');
    const without = html.render(failing({ history: undefined }));
    const feed = ' <a href="?format=atom">atom</a>';
    expect(missing.replace(/<p class="card note">.*?<\/p>/, '').replace(feed, '')).toBe(without);
  });

  it('has no strips of the whole where it is of a part', () => {
    const part = html.render(failing({ part: ['storage'], history: partOfView(history, 'storage') }));
    expect(part).not.toContain('class="record"');
    expect(dataIn(part).rows).toHaveLength(4);
  });

  it('shows checks that were never recorded without strips', () => {
    const report = reportOf(groupResult('', resultAt('brand new'), resultAt('mail')));
    expect(count(html.render(viewOf(report, { history })), 'class="lately"')).toBe(1);
  });
});

describe('the policy with history', () => {
  it('allows both styles and both scripts by their hashes, and nothing else', () => {
    const policy = html.headers?.(failing())['content-security-policy'] ?? '';
    const bodies = [...page.matchAll(/<(?:style|script)>([^]*?)<\/(?:style|script)>/g)].map(([, body = '']) => body);
    expect(bodies).toHaveLength(4);
    for (const body of bodies) expect(policy).toContain(createHash('sha256').update(body).digest('base64'));
    expect(count(policy, 'sha256-')).toBe(4);
    expect(html.headers?.(failing({ history: undefined }))['content-security-policy']).not.toBe(policy);
  });
});

describe('the summary with history', () => {
  it('has names, states and times, and no message', () => {
    const report = summaryOf(shopReports['one cause']);
    const text = html.render(viewOf(report, { summary: true, history: historySummary(history) }));
    expect(count(text, 'data-strip="')).toBe(2 * 26);
    expect(/refused|broker|slower|answer within|ConnectionError: /.exec(text)?.[0]).toBeUndefined();
    expect(wordsIn(text)).toContain('rabbit ongoing 23 min');
    expect(/not up because of it|Nothing else failed/.exec(text)?.[0]).toBeUndefined();
    expect(wordsIn(text)).toContain('A summary does not tell why, nor what else failed.');
  });
});

describe('the size with history', () => {
  it.each(
    Object.entries(stories)
      .flatMap(([name, story]) => Object.keys(shopReports).map((report) => [name, report, story] as const))
      .filter(([, report]) => report !== '200 checks'),
  )('is within its bounds for 25 checks and both ranges: %s, %s', async (_name, report, story) => {
    const view = viewOf(shopReports[report as keyof typeof shopReports], { history: await pastView(story) });
    const bytes = Buffer.from(html.render(view));
    expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES);
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(MAX_GZIPPED);
  });
});

describe('hostile messages in the history', () => {
  it('do not leave the data of the script, and are cut', () => {
    const nasty = `</script><script>alert(1)</script>${'x'.repeat(1000)}`;
    const { quarters } = history;
    const hostile: HistoryView = {
      ...history,
      quarters: {
        from: quarters?.from ?? 0,
        lengthMs: 900_000,
        count: 96,
        marks: new Map([
          [
            'mail',
            Array.from({ length: 96 }, () => ({
              ms: { up: 0, degraded: 0, down: 1, maintenance: 0 },
              times: [],
              troubles: [{ from: NOW, to: NOW + 1, state: 'down' as const, error: nasty }],
            })),
          ],
        ]),
      },
    };
    const text = html.render(failing({ history: hostile }));
    expect(count(text, '<script')).toBe(3);
    expect(count(text, '</script>')).toBe(3);
    const told = dataIn(text).rows.find(([quarters]) => quarters !== 0)?.[0];
    const [, , , messages = []] = told === 0 || told === undefined ? [] : told;
    expect(messages[0]).toHaveLength(120);
  });
});
