/** What the tests of the status page have in common: one browser a file, and a server and a page a test. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openBrowser, openPage, servePage } from '../../support/browser.ts';
import type { OpenPage, PageServer } from '../../support/browser.ts';
import { viewOf } from '../../support/reports.ts';
import { shopReports } from '../../support/shop.ts';

/** Milliseconds after which the page has asked again. */
export const REFRESH_MS = 6000;

export interface Visits {
  readonly server: PageServer;
  /** What the browser complained about since the last visit. */
  readonly complaints: readonly string[];
  /** Opens the page, and closes the one before. */
  visit(options?: BrowserContextOptions, url?: string): Promise<Page>;
}

/** To be called once in each file. The server shows a failing shop until a test has it show something else. */
export function useVisits(): Visits {
  let browser: Browser;
  let server: PageServer;
  let open: OpenPage | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    server = await servePage(viewOf(shopReports['one cause'], { ageMs: 4000 }));
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
    await server.stop();
  });
  afterAll(() => browser.close());
  return {
    get server() {
      return server;
    },
    get complaints() {
      return open?.complaints ?? [];
    },
    async visit(options = {}, url = server.url) {
      await open?.close();
      open = await openPage(browser, url, options);
      return open.page;
    },
  };
}

/** Lets the page ask again, and waits until it has shown the answer. */
export async function refresh(page: Page): Promise<void> {
  const answered = page.waitForResponse(() => true);
  await page.clock.runFor(REFRESH_MS);
  await (await answered).finished();
  await page.evaluate(() => new Promise(requestAnimationFrame));
}

/** The row of a check. */
export function row(page: Page, path: string): Locator {
  return page.locator(`[id="check:${encodeURIComponent(path)}"]`);
}
