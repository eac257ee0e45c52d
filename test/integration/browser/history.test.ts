/** What the marks of the status page do, in a real browser. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { HistoryView, Strips } from '../../../lib/history/view.ts';
import { QUARTER_MS } from '../../../lib/history/span.ts';
import { pastView, stories } from '../../support/past.ts';
import { viewOf } from '../../support/reports.ts';
import { shopReports } from '../../support/shop.ts';
import { refresh, row, useVisits } from './visits.ts';

const visits = useVisits();
const history = await pastView(stories.eventful);
const view = viewOf(shopReports['one cause'], { history, ageMs: 4000 });
const options = { timezoneId: 'UTC', locale: 'en-GB' };

async function visit(): Promise<Page> {
  visits.server.show(view);
  return visits.visit(options);
}

const strip = (page: Page, title: string, where: Locator = page.locator('.record')) =>
  where.locator('.span', { hasText: title });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

/** The history a quarter of an hour later: the first mark is gone, and a new one has begun. */
function later({ quarters, ...rest }: HistoryView): HistoryView {
  if (quarters === undefined) return rest;
  const marks = [...quarters.marks].map(([path, own]) => [path, [...own.slice(1), undefined]] as const);
  const moved: Strips = { ...quarters, from: quarters.from + QUARTER_MS, marks: new Map(marks) };
  return { ...rest, quarters: moved };
}

describe('a strip', () => {
  it('is one stop of the Tab key, with arrow keys, Home and End within it, and a name for each mark', async () => {
    const page = await visit();
    const marks = strip(page, '24 hours').locator('.pick button');
    expect(await marks.count()).toBe(96);
    expect(await strip(page, '90 days').locator('.pick button').count()).toBe(90);
    expect(await marks.and(page.locator('[tabindex="0"]')).count()).toBe(1);
    for (const mark of await marks.all()) expect(await mark.getAttribute('aria-label')).toMatch(/\d\d:\d\d: [a-z]/);

    await marks.last().focus();
    expect(await focused(page)).toMatch(/22:00 – 22:15: down, 0 % up$/);
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toMatch(/21:45 – 22:00: down for a while, 33\.3 % up$/);
    await page.keyboard.press('Home');
    expect(await focused(page)).toMatch(/: up$/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    expect(await focused(page)).toMatch(/22:00 – 22:15/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.span')?.textContent)).toContain('90 days');
  });

  it('opens a mark to its minutes and messages, and another instead with the arrow keys', async () => {
    const page = await visit();
    await row(page, 'rabbit').locator('summary').click();
    const own = strip(page, '24 hours', row(page, 'rabbit'));
    await own.locator('.pick button').last().focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    expect(await own.locator('.panel').innerText()).toMatch(
      /21:50:00 – 22:15:00 down: ConnectionError: connection refused/,
    );
    await page.keyboard.press('PageUp');
    expect(await own.locator('.panel').innerText()).toMatch(/19:45 – 20:00 up/);
    await own.getByLabel('Later').click();
    expect(await own.locator('.panel').innerText()).toMatch(/20:00 – 20:15 up/);
    await own.locator('[aria-expanded=true]').click();
    expect(await own.locator('.panel').count()).toBe(0);
  });

  it('is built in a row only when the row is opened, with the response times', async () => {
    const page = await visit();
    expect(await row(page, 'mail').locator('.pick, .lines').count()).toBe(0);
    await row(page, 'mail').locator('summary').click();
    await expect.poll(() => row(page, 'mail').locator('.pick button').count()).toBe(96 + 90);
    expect(await row(page, 'mail').locator('.lines path').count()).toBe(2);
    expect(await row(page, 'mail').locator('.lines').innerText()).toMatch(/From 0 to \d+ ms/);
  });

  it('keeps the focus and what is open when the page refreshes, also when it has moved on', async () => {
    const page = await visit();
    const marks = strip(page, '24 hours').locator('.pick button');
    await marks.nth(94).click();
    expect(await focused(page)).toMatch(/21:45/);
    await refresh(page);
    expect(await focused(page)).toMatch(/21:45/);
    visits.server.show({ ...view, history: later(history) });
    await refresh(page);
    await expect.poll(() => focused(page)).toMatch(/21:45/);
    expect(await marks.nth(93).getAttribute('aria-expanded')).toBe('true');
    expect(await strip(page, '24 hours').locator('.panel').innerText()).toContain('21:45 – 22:00');
    expect(visits.complaints).toEqual([]);
  });

  it('keeps an outage open when the page refreshes', async () => {
    const page = await visit();
    await page.locator('.outage summary').first().click();
    await refresh(page);
    expect(await page.locator('.outage').first().getAttribute('open')).not.toBeNull();
  });
});

describe('without script', () => {
  it('the figures and the outages are there in words, and no control that does nothing', async () => {
    visits.server.show(view);
    const page = await visits.visit({ ...options, javaScriptEnabled: false });
    expect(await page.locator('.record').innerText()).toMatch(/24 hours\s*98\.26 % up/);
    expect(await page.locator('.pick button').count()).toBe(0);
    await page.locator('.outage summary').first().click();
    expect(await page.locator('.outage').first().innerText()).toContain('4 checks not up because of it');
  });
});
