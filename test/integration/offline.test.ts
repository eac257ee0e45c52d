/** `npm run offline`: the built function behind an emulated HTTP API, with namespaces from files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freePort, startProcess } from '../stack/process.ts';
import type { Running } from '../stack/process.ts';
import { copyProject } from '../support/project-copy.ts';
import type { ProjectCopy } from '../support/project-copy.ts';

const TOKEN = 'a-token-of-the-shop';
const { redis } = inject('stack');

let project: ProjectCopy;
let running: Running;
let url: string;

beforeAll(async () => {
  project = await copyProject();
  const checks = { redis: { kind: 'redis', url: redis.url }, vault: { kind: 'secrets_manager' } };
  await mkdir(join(project.folder, 'vault'));
  await writeFile(join(project.folder, 'vault/shop.json'), JSON.stringify({ access_token: TOKEN, checks }));
  const [httpPort, lambdaPort] = [await freePort(), await freePort()];
  url = `http://localhost:${httpPort}`;
  running = await startProcess({
    name: 'offline',
    command: 'npm',
    args: ['run', 'offline', '--', `--httpPort=${httpPort}`, `--lambdaPort=${lambdaPort}`],
    folder: project.folder,
    ready: () => fetch(url),
  });
}, 90_000);

afterAll(async () => {
  await running.stop();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  await project.remove();
});

test('answers with the report of a namespace', async () => {
  const answer = await fetch(`${url}/api/health/`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-health-status')).toBe('working');
  expect(await answer.json()).toMatchObject({ redis: { status: 'working' }, vault: { status: 'working' } });
});

test('answers with a part of the report, with the token in the path', async () => {
  const answer = await fetch(`${url}/api/health/${TOKEN}/vault/`);
  expect(await answer.json()).toMatchObject({ status: 'working' });
});

test.each([
  ['GET', '/api/health/a-wrong-token/', 405, '{"detail":"Method \\"GET\\" not allowed."}'],
  ['POST', `/api/health/${TOKEN}/`, 405, '{"detail":"Method \\"POST\\" not allowed."}'],
  ['GET', '/nothing/here', 404, '{"detail":"Not found."}'],
])('refuses %s %s', async (method, path, status, body) => {
  const answer = await fetch(`${url}${path}`, { method });
  expect({ status: answer.status, body: await answer.text() }).toEqual({ status, body });
});
