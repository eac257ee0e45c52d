/** The status page as `serve` answers it to a browser. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { serveCli } from '../../support/cli.ts';
import type { Served } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { refresh, useVisits } from './visits.ts';

const visits = useVisits();
const token = createToken('shop');
let vault: Awaited<ReturnType<typeof temporaryFolder>>;
let served: Served;

beforeAll(async () => {
  const checks = {
    cache: { data: { kind: 'redis', url: 'redis://127.0.0.1:1' } },
    vault: { kind: 'secrets_manager', description: 'Reads its own document.' },
  };
  vault = await temporaryFolder({ 'shop.json': JSON.stringify({ access_token: token, checks }) });
  const env = { HEALTHGATE_PUBLIC_NAMESPACE: 'shop' };
  served = await serveCli(['--vault', `file:${vault.path}`], { env });
});

afterAll(async () => {
  await served.stop();
  await vault.remove();
});

it('is what a browser gets, with all details, and without the token', async () => {
  const page = await visits.visit({}, `${served.url}/api/health/${token}/?status=200`);
  expect(await page.locator('.cause h3').innerText()).toBe('cache/data');
  await refresh(page);
  expect(await page.content()).not.toContain(token);
  expect(visits.complaints).toEqual([]);
});

it('has the status of the verdict, unless 200 is asked for', async () => {
  const url = `${served.url}/api/health/${token}/`;
  const headers = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  const answer = await fetch(url, { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
  expect((await fetch(`${url}?status=200`, { headers })).status).toBe(200);
});

it('shows everybody names and lights alone at /status/, and refreshes there too', async () => {
  const page = await visits.visit({}, `${served.url}/status/?status=200`);
  await refresh(page);
  expect(await page.locator('.check .name').allInnerTexts()).toEqual(['data', 'vault']);
  expect(await page.locator('details, .cause, .hint').count()).toBe(0);
  expect(await page.content()).not.toContain('127.0.0.1:1');
  expect(visits.complaints).toEqual([]);
});
