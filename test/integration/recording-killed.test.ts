/** The recorder is killed again and again. What it recorded and told must be as if nothing had happened. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { NOTHING_YET, step } from '../../lib/history/changes.ts';
import { openHistory } from '../../lib/history/open.ts';
import type { Sample } from '../../lib/history/sample.ts';
import { close, listen } from '../../lib/http/server.ts';
import { documentText, LEAF } from '../support/namespace.ts';
import { temporaryFolder } from '../support/temporary.ts';

const KILLS = 50;
const CHILD = join(import.meta.dirname, '../support/recording-child.ts');

interface Told {
  readonly id: string;
  readonly outage: string;
  readonly to: string;
}

/** A webhook that records what it is told. */
async function recordingWebhook() {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { outage, to } = body as Omit<Told, 'id'>;
      told.push({ id: String(request.headers['healthgate-id']), outage, to });
      response.end();
    });
  });
  return { told, url: await listen(server, '127.0.0.1', 0), stop: () => close(server) };
}

/** Starts the recorder, and resolves when it has recorded something. */
async function startRecorder(vault: string, history: string, acknowledged: number[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, vault, history], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => acknowledged.push(Number(line)));
  await Promise.race([once(lines, 'line'), ended]);
  return { child, ended };
}

/** The ids of the changes that these samples lead to. */
function changesIn(samples: readonly Sample[]): string[] {
  const rules = { confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }) };
  let memory = NOTHING_YET;
  return samples.flatMap((sample) => {
    const taken = step(memory, sample, rules);
    memory = taken.memory;
    return taken.changes.map(({ id }) => id);
  });
}

test('a recorder killed at 50 random moments loses neither samples nor changes, and tells nothing anew', async () => {
  const folder = await temporaryFolder();
  const [vault, history] = [join(folder.path, 'vault'), join(folder.path, 'history')];
  const webhook = await recordingWebhook();
  await mkdir(vault);
  const notify = [{ type: 'webhook', url: webhook.url, secret: '0123456789abcdef0123456789abcdef' }];
  await writeFile(join(vault, 'shop.json'), documentText({ notify, checks: { db: LEAF } }), { mode: 0o600 });

  const acknowledged: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, ended } = await startRecorder(vault, history, acknowledged);
    await sleep(Math.random() * 400);
    child.kill('SIGKILL');
    await ended;
  }
  const last = await startRecorder(vault, history, acknowledged);
  await sleep(2000);
  last.child.kill('SIGTERM');
  await last.ended;
  await webhook.stop();

  const store = await openHistory(history, { readOnly: true });
  const always = { from: 0, to: Date.now() + 1000 };
  const [samples, quarters, changes, left, dead] = [
    await store.samples('shop', always),
    await store.quarters('shop', always),
    await store.changes('shop', always),
    await store.batches('shop'),
    await store.deadLetters('shop'),
  ];
  await store.close();
  await folder.remove();
  const slots = samples.map(({ at }) => at);
  expect(new Set(slots).size).toBe(slots.length);
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(acknowledged.filter((at) => !slots.includes(at))).toEqual([]);
  const tallied = quarters.map(({ checks }) => checks.get('db')?.ms ?? { up: 0, down: 0 });
  expect(tallied.reduce((sum, { up, down }) => sum + up + down, 0)).toBe(samples.length * 50);
  expect(changes.map(({ id }) => id)).toEqual(changesIn(samples));

  const ofCheck = changes.filter(({ path }) => path === 'db').map(({ outage, to }) => `${outage} ${to}`);
  const byNotice = new Map(webhook.told.map(({ id, outage, to }) => [id, `${outage} ${to}`]));
  const isSent = ofCheck.slice(0, byNotice.size);
  expect([...byNotice.values()].sort()).toEqual([...isSent].sort());
  expect(left.flatMap(({ notices }) => notices).length).toBe(ofCheck.length - byNotice.size);
  expect(dead).toEqual([]);
}, 400_000);
