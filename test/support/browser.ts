/** Chromium without a window, and a server that shows it the status page of any report. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { formats } from '../../lib/formats/index.ts';
import type { View } from '../../lib/formats/format.ts';
import { reportResponse } from '../../lib/http/responses.ts';
import { findProgram } from '../stack/programs.ts';

export function openBrowser(): Promise<Browser> {
  // Chromium refuses its sandbox to root, as which containers run tests.
  return chromium.launch({ executablePath: findProgram('chromium') ?? 'chromium', args: ['--no-sandbox'] });
}

export interface PageServer {
  readonly url: string;
  /** What the next answer shows. */
  show(view: View): void;
  /** Closes the port, and every connection. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
}

/** Serves the page of a view as the app does, with status 200 or, where nothing asks for that, the verdict's. */
export async function servePage(first: View): Promise<PageServer> {
  const format = await formats.find(({ name }) => name === 'html')?.load();
  if (format === undefined) throw new Error('there is no format html');
  let view = first;
  const server = createServer((request, response) => {
    const { searchParams: query } = new URL(request.url ?? '/', 'http://page.example');
    const { status, headers, body } = reportResponse({ ...view, query }, format);
    response.writeHead(status, headers).end(body);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/?status=200`,
    show(next) {
      view = next;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    start: () => listen(port),
  };
}

export interface OpenPage {
  readonly page: Page;
  /** What the browser complained about: on its console, in exceptions, and violations of the policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens a page whose clock the test can advance. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.clock.install();
  await page.goto(url);
  return {
    page,
    complaints,
    close: () => context.close(),
  };
}
