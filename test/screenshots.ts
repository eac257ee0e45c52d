/** `npm run screenshots`: the pictures of README.md, of the status page of the demo after RabbitMQ was stopped. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { install, findMissing } from './stack/install.ts';
import { openBrowser } from './support/browser.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs/images');
const BROKEN = 'rabbit';
const QUALITY = 80;

const PICTURES: Readonly<Record<string, BrowserContextOptions>> = {
  'page-light': { colorScheme: 'light', viewport: { width: 1040, height: 900 }, deviceScaleFactor: 1.5 },
  'page-dark-phone': {
    colorScheme: 'dark',
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
  },
};

/** Starts the demo. Resolves when it has shown what fails. */
async function startDemo(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const args = ['--import', 'tsx', join(ROOT, 'test/stack/demo.ts'), '--yes', '--port', '0', '--break', BROKEN];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    // Read to the end, since the demo also writes when it stops.
    child.stdout.on('data', (bytes: Buffer) => {
      process.stdout.write(bytes);
      output += bytes.toString();
      const found = /curl (?<url>http:\S+)/.exec(output)?.groups?.url;
      if (found !== undefined && output.includes('Press Ctrl-C')) resolve(found);
    });
    void ended.then(() => {
      reject(new Error('the demo ended early'));
    });
  });
  return { url, stop };
}

const failures = await install(findMissing());
for (const { requirement, reason } of failures) console.error(`cannot install ${requirement.name}: ${reason}`);
if (failures.length > 0) process.exit(1);

const demo = await startDemo();
try {
  await takePictures(demo.url);
} finally {
  await demo.stop();
}

async function takePictures(url: string): Promise<void> {
  const browser = await openBrowser();
  await mkdir(FOLDER, { recursive: true });
  for (const [name, options] of Object.entries(PICTURES)) {
    const context = await browser.newContext({ ...options, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`${url}?format=html`);
    await page.locator('summary').first().click();
    await page.mouse.move(0, 0);
    await page.evaluate('scrollTo(0, 0)');
    // Playwright itself writes no WebP, which is a third of the size of PNG.
    const session = await context.newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
    await writeFile(join(FOLDER, `${name}.webp`), Buffer.from(data, 'base64'));
    await context.close();
  }
  await browser.close();
}
