/** Whether everybody can use the status page: by assistive technology, keyboard, phone and paper. */
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { historySummary } from '../../../lib/history/shown.ts';
import { DAY_MS } from '../../../lib/history/span.ts';
import { summaryOf } from '../../../lib/formats/summary.ts';
import type { CheckResult } from '../../../lib/engine/types.ts';
import { NOW, pastView, stories } from '../../support/past.ts';
import { groupResult, reports, resultAt, viewAt, viewOf } from '../../support/reports.ts';
import { large, shopReports, stagesOf } from '../../support/shop.ts';
import { refresh, row, useVisits } from './visits.ts';

const PHONE = { width: 320, height: 640 };

/** The longest name that a document may have. */
const LONG = 'x'.repeat(200);
const long: Partial<CheckResult> = {
  target: LONG,
  error: { code: 'UnhealthyError', message: 'y'.repeat(300) },
  causes: [{ path: LONG }],
  ...stagesOf({ connecting: 1, [LONG]: 2 }),
};

const visits = useVisits();
const history = await pastView(stories.eventful);
const windows = [
  { from: NOW - 1, to: NOW + DAY_MS, checks: ['cache'], text: 'New database' },
  { from: NOW + DAY_MS, to: NOW + 2 * DAY_MS, checks: [], text: LONG },
];

describe('everybody', () => {
  const views = [
    ...Object.entries(shopReports).map(([name, report]) => [name, viewOf(report)] as const),
    ['the summary', viewOf(summaryOf(shopReports['one cause']), { summary: true })] as const,
    ['an outage in the history', viewOf(shopReports['one cause'], { history })] as const,
    ['maintenance', viewOf(shopReports.working, { history: { ...history, windows } })] as const,
    [
      'the summary with history',
      viewOf(summaryOf(shopReports['one cause']), { summary: true, history: historySummary(history) }),
    ] as const,
    ['hostile names', viewOf(reports['hostile names'] ?? shopReports.working)] as const,
    [
      'long texts',
      viewAt(groupResult('', groupResult(LONG, resultAt([LONG, LONG], long), resultAt([LONG, 'a'], long)))),
    ] as const,
  ];
  const screens: Readonly<Record<string, BrowserContextOptions>> = {
    'a light desk': { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
    'a dark phone': { colorScheme: 'dark', viewport: { width: 390, height: 800 } },
  };
  const audits = views.flatMap(([name, view]) =>
    // Its rows are all alike, and there are many of them.
    name === '200 checks'
      ? []
      : Object.entries(screens).map(([where, options]) => [name, where, view, options] as const),
  );

  it.each(audits)('finds nothing that axe objects to: %s, on %s', async (_name, _where, view, options) => {
    visits.server.show(view);
    const page = await visits.visit(options);
    await page.evaluate(() => {
      const some = [...document.querySelectorAll('details')].slice(0, 12);
      const charts = [
        ...document.querySelectorAll<HTMLDetailsElement>('.check:has(.chart), .plot li:first-child details'),
      ];
      for (const details of [...some, ...charts]) details.open = true;
      for (const mark of document.querySelectorAll<HTMLElement>('.pick button:last-child')) mark.click();
    });
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
    expect(violations).toEqual([]);
  });

  it.each(views)('scrolls in one direction only, on the smallest phone: %s', async (_name, view) => {
    visits.server.show(view);
    const page = await visits.visit({ viewport: PHONE });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    const root = page.locator('html');
    expect(await root.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
  });

  it('reaches everything with the keyboard alone', async () => {
    const page = await visits.visit();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the checks');
    await page.keyboard.press('Enter');
    await page.clock.runFor(10);
    await page.keyboard.press('Tab');
    await page.keyboard.type('mail');
    expect(await page.locator('.check:visible').count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await row(page, 'mail').getAttribute('open')).not.toBeNull();
  });

  it('sees the lights in forced colours', async () => {
    const page = await visits.visit({ forcedColors: 'active' });
    const [icon, sign] = await page.evaluate(() =>
      ['.check .icon', '.sign'].map((selector) => {
        const element = document.querySelector(selector);
        const style = element && getComputedStyle(element);
        return selector === '.sign' ? style?.stroke : style?.fill;
      }),
    );
    expect(icon).not.toBe(sign);
  });

  it('tells the marks apart in forced colours and without colour, by their heights', async () => {
    visits.server.show(viewOf(shopReports['one cause'], { history }));
    const page = await visits.visit({ forcedColors: 'active' });
    const heights = await page.evaluate(() =>
      [...document.querySelectorAll('.key .marks')].map((marks) =>
        [...marks.querySelectorAll('path')].map((path) => {
          const { strokeWidth, transform, strokeDasharray, stroke } = getComputedStyle(path);
          return stroke === 'none' ? '' : `${strokeWidth} ${transform} ${strokeDasharray}`;
        }),
      ),
    );
    expect(heights.flat()).not.toContain('');
    expect(new Set(heights.map((lines) => lines.join())).size).toBe(heights.length);
    const colours = await page.evaluate(() =>
      [...document.querySelectorAll('.marks path')].map((path) => getComputedStyle(path).stroke),
    );
    // The colour of texts, and another for what was down.
    expect(new Set(colours).size).toBe(2);
  });

  it('prints the messages of what fails, and no controls', async () => {
    const page = await visits.visit();
    await page.emulateMedia({ media: 'print' });
    expect(await row(page, 'celery/ping').locator('.text').isVisible()).toBe(true);
    expect(await page.locator('#filter, .copy').filter({ visible: true }).count()).toBe(0);
  });

  it('can use a page of 1,000 checks: it filters and refreshes', async () => {
    visits.server.show(viewOf(large(1000)));
    const page = await visits.visit();
    await page.fill('#filter', 'check-777');
    expect(await page.locator('.check:visible').count()).toBe(1);
    await refresh(page);
    expect(await page.locator('.check:visible').count()).toBe(1);
  });
});
