/** `healthgate maintenance`, on a folder to which something else records. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { history } from '../../../lib/cli/history.ts';
import { maintenance } from '../../../lib/cli/maintenance.ts';
import { openHistory } from '../../../lib/history/open.ts';
import { record } from '../../../lib/history/recording.ts';
import { documentText } from '../../support/namespace.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

const MINUTE = 60_000;
const RULES = { confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }), lateSlots: 0, targets: [] };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'vault'));
  const often = documentText({ maintenance: [{ cron: '*/20 * * * *', zone: 'UTC', duration: 60 }] });
  await writeFile(join(folder.path, 'vault/often.json'), often);
  for (const name of ['shop', 'new']) await writeFile(join(folder.path, `vault/${name}.json`), documentText());
  const store = await openHistory(join(folder.path, 'history'));
  const at = Math.floor(Date.now() / MINUTE) * MINUTE;
  const checks = [{ path: 'db', state: 'up', durationMs: 3 }] as const;
  await record(store, { namespace: 'shop', at, intervalMs: MINUTE, observerCutOff: false, checks }, RULES);
  await store.close();
});

afterAll(() => folder.remove());

async function run(action: string, values: Readonly<Record<string, string>> = {}) {
  const terminal = recordingTerminal();
  const places = { vault: `file:${folder.path}/vault`, history: `${folder.path}/history` };
  const code = await maintenance.run(inputOf([action], { ...places, namespace: 'shop', ...values }), terminal);
  return { code, out: terminal.written(), err: terminal.writtenErr() };
}

it.each(['start', 'stop', 'list'])('healthgate maintenance %s refuses a folder without a history', async (action) => {
  const missing = join(folder.path, 'hstory');
  await expect(run(action, { history: missing })).rejects.toThrow(
    `history folder ${missing}: there is no history in it; name the folder that a service records to`,
  );
  expect(existsSync(missing)).toBe(false);
});

it('healthgate history --replay refuses a folder without a history', async () => {
  const missing = join(folder.path, 'hstory');
  const values = { replay: true, vault: `file:${folder.path}/vault`, history: missing };
  await expect(history.run(inputOf([], values), recordingTerminal())).rejects.toThrow('there is no history in it');
  expect(existsSync(missing)).toBe(false);
});

it('says when maintenance ended, not when it would have ended', async () => {
  const started = await run('start', { minutes: '600', text: 'New disk' });
  expect(started).toMatchObject({ code: 0, err: '' });
  const from = new Date().toISOString().slice(0, 13);
  const { out } = await run('stop');
  const [, ended = ''] = /^shop: ended maintenance of everything at (\S+)Z \(New disk\)\n$/.exec(out) ?? [];
  expect([from, new Date().toISOString().slice(0, 13)]).toContain(ended.slice(0, 13));
  expect((await run('list')).out).toBe('shop: no maintenance\n');
});

it('says that nothing is recorded of a namespace yet, and begins maintenance anyway', async () => {
  const { code, out, err } = await run('start', { namespace: 'new' });
  expect({ code, err }).toEqual({
    code: 0,
    err: `nothing is recorded of new in history folder ${folder.path}/history yet; is it the right history?\n`,
  });
  expect(out).toMatch(/^new: began maintenance of everything from /);
});

it('says that there may be more windows than it lists', async () => {
  const lines = (await run('list', { namespace: 'often' })).out.trimEnd().split('\n');
  expect(lines).toHaveLength(501);
  expect(lines.at(-1)).toBe('often: no more than 500 windows are listed; there may be others');
});
