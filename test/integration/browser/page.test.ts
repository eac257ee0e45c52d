/** What the status page does, in a real browser. */
import { describe, expect, it } from 'vitest';
import { shopReports } from '../../support/shop.ts';
import { viewOf } from '../../support/reports.ts';
import { REFRESH_MS, refresh, row, useVisits } from './visits.ts';

const visits = useVisits();

describe('the page', () => {
  it('tells the verdict, how many of how many, the cause, and what fails because of it', async () => {
    const page = await visits.visit();
    expect(await page.title()).toBe('✕ shop-production: failing');
    expect(await page.locator('h1').innerText()).toBe('Failing');
    expect(await page.locator('.sum').innerText()).toBe('5 of 25 checks fail, from one cause.');
    expect(await page.locator('.ago').innerText()).toBe('4 s ago');
    const cause = page.locator('.cause').first();
    expect(await cause.locator('h3').innerText()).toBe('rabbit');
    expect(await cause.locator('.consequences a').allInnerTexts()).toContain('celery/ping');
    expect(await cause.locator('a.button').getAttribute('href')).toBe('https://wiki.example/runbooks/broker-down');
  });

  it('opens a row with a click, and shows its stages and figures', async () => {
    const page = await visits.visit();
    await row(page, 'storage/postgres').locator('summary').click();
    expect(await row(page, 'storage/postgres').locator('.stages tr').count()).toBe(5);
    expect(await row(page, 'storage/postgres').getByText('74 days left').isVisible()).toBe(true);
  });

  it('opens the row that a cause leads to, and moves the focus there', async () => {
    const page = await visits.visit();
    await page.locator('.consequences a').first().click();
    await page.clock.runFor(10);
    expect(await row(page, 'celery/ping').getAttribute('open')).not.toBeNull();
    expect(await page.evaluate(() => document.activeElement?.closest('details')?.id)).toBe('check:celery%2Fping');
  });

  it('filters by name, group, kind and message, and says how many are left', async () => {
    const page = await visits.visit();
    await page.fill('#filter', 'cache/ta');
    expect(await page.locator('.check:visible .name').allInnerTexts()).toEqual(['task_lock', 'task_queue']);
    expect(await page.locator('.group:visible h3').allInnerTexts()).toEqual(['cache']);
    expect(await page.locator('#matches').textContent()).toBe('2 of 25 checks are shown');
    await page.fill('#filter', 'slower than');
    expect(await page.locator('.check:visible .name').allInnerTexts()).toEqual(['thumbnails optional']);
    await page.fill('#filter', 'nothing like it');
    expect(await page.getByText('No check matches.').isVisible()).toBe(true);
  });

  it('shows only what fails, with and without script', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await visits.visit({ javaScriptEnabled });
      await page.check('#only');
      expect(await page.locator('.check:visible').count()).toBe(6);
      expect(await page.locator('.group:visible h3').allInnerTexts()).toEqual(['celery', 'storage', 'Without a group']);
    }
  });

  it('copies a message', async () => {
    const page = await visits.visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    const button = page.locator('.cause .copy').first();
    await button.click();
    await expect.poll(() => button.innerText()).toBe('Copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^ConnectionError: connection refused/);
  });

  it('can be read without script: no control that needs one is shown', async () => {
    const page = await visits.visit({ javaScriptEnabled: false });
    expect(await page.locator('.needs-script:visible, .copy:visible').count()).toBe(0);
    await row(page, 'cache/data').locator('summary').click();
    expect(await row(page, 'cache/data').locator('.stages').isVisible()).toBe(true);
  });

  it('opens a bar of a chart to its values with keyboard or mouse, one at a time, also without script', async () => {
    const page = await visits.visit({ javaScriptEnabled: false });
    await page.locator('.check:has(.chart) > summary').click();
    const bars = page.locator('.plot summary');
    expect(await bars.count()).toBe(56);
    await bars.first().focus();
    await page.keyboard.press('Enter');
    const values = page.locator('.plot p:visible');
    expect(await values.allInnerTexts()).toEqual(['22:13:20 · done 20 · failed 0 · waiting 0']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await values.allInnerTexts()).toEqual(['22:13:50 · done 21 · failed 1 · waiting 1']);
    await bars.nth(2).click();
    expect(await values.allInnerTexts()).toEqual(['22:14:20 · done 22 · failed 2 · waiting 2']);
    await bars.nth(2).click();
    expect(await values.count()).toBe(0);
  });

  it("tells times in the reader's zone", async () => {
    const page = await visits.visit({ timezoneId: 'Asia/Tokyo', locale: 'de-DE' });
    expect(await page.locator('time').innerText()).toBe('15.11.2023, 07:13:22');
  });

  it('makes the browser complain about nothing, also when it refreshes', async () => {
    const page = await visits.visit();
    await page.evaluate(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => {
        console.error(violatedDirective);
      });
    });
    await refresh(page);
    expect(visits.complaints).toEqual([]);
  });

  it('asks no other host for anything', async () => {
    const hosts = new Set<string>();
    const page = await visits.visit({}, 'about:blank');
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(visits.server.url);
    await refresh(page);
    expect([...hosts].filter((host) => host !== '')).toEqual([new URL(visits.server.url).host]);
  });
});

describe('a refresh', () => {
  it('keeps what is open, the focus, the filter, the selection and the place, and shifts nothing', async () => {
    const page = await visits.visit({ viewport: { width: 1200, height: 500 } });
    await row(page, 'storage/postgres').locator('summary').click();
    await row(page, 'storage/uploads').locator('summary').focus();
    await page.fill('#filter', 'storage');
    await row(page, 'storage/uploads').locator('summary').focus();
    await page.evaluate(() => {
      document.querySelector('.body')?.scrollIntoView();
      getSelection()?.selectAllChildren(document.querySelector('.cause .text') ?? document.body);
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: 'layout-shift' });
    });
    const state = () =>
      page.evaluate(() => ({
        scroll: scrollY,
        focus: document.activeElement?.closest('details')?.id,
        open: [...document.querySelectorAll('details[open]')].map(({ id }) => id),
        shown: document.querySelectorAll('.check:not([hidden])').length,
        selected: getSelection()?.toString(),
      }));
    const before = await state();
    expect(before.open).toEqual(['check:storage%2Fpostgres']);
    expect(before.focus).toBe('check:storage%2Fuploads');
    expect(before.selected).toMatch(/^ConnectionError/);
    const report = { ...shopReports['one cause'], startedAt: 1_700_000_500_000, durationMs: 1009 };
    visits.server.show(viewOf(report));
    await refresh(page);
    expect(await page.locator('time').getAttribute('datetime')).toBe('2023-11-14T22:21:41.009Z');
    expect(await state()).toEqual(before);
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
  });

  it('announces a changed verdict, and shows it in title and favicon', async () => {
    const page = await visits.visit();
    const icon = () => page.locator('link[rel=icon]').getAttribute('href');
    const before = await icon();
    visits.server.show(viewOf(shopReports.working));
    await refresh(page);
    await expect.poll(() => page.title()).toBe('✓ shop-production: working');
    expect(await page.locator('h1').innerText()).toBe('Working');
    expect(await page.locator('.cause').count()).toBe(0);
    expect(await page.locator('#announce').textContent()).toBe('Now working. All 25 checks work.');
    expect(await icon()).not.toBe(before);
  });

  it('says that the service cannot be reached and how old the page is, and recovers', async () => {
    const page = await visits.visit();
    await visits.server.stop();
    await page.clock.runFor(REFRESH_MS);
    await expect.poll(() => page.locator('.offline').isVisible()).toBe(true);
    await page.clock.runFor(120_000);
    expect(await page.locator('.offline').innerText()).toMatch(
      /^Cannot reach the service\.\s+What you see is 2 min old\.$/,
    );
    expect(await page.title()).toBe('? ✕ shop-production: failing');
    await visits.server.start();
    await expect
      .poll(async () => {
        await page.clock.runFor(REFRESH_MS);
        return page.locator('.offline').isVisible();
      })
      .toBe(false);
    expect(await page.title()).toBe('✕ shop-production: failing');
  });

  it('says so where something else answers', async () => {
    const page = await visits.visit();
    await page.route('**', (route) => route.fulfill({ status: 405, body: '{"detail":"Method not allowed."}' }));
    await page.clock.runFor(REFRESH_MS);
    await expect
      .poll(() => page.locator('.offline').innerText())
      .toContain('Cannot refresh: the service answers with status 405.');
    expect(await page.locator('.offline').isVisible()).toBe(true);
  });

  it('waits while it is paused', async () => {
    const page = await visits.visit();
    let requests = 0;
    page.on('request', () => (requests += 1));
    await page.click('#pause');
    await page.clock.runFor(60_000);
    expect(requests).toBe(0);
    await page.click('#pause');
    await expect.poll(() => requests).toBe(1);
  });
});
