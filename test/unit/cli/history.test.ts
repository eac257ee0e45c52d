/** `healthgate history`, on a folder that something else writes at the same time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { history } from '../../../lib/cli/history.ts';
import type { Terminal } from '../../../lib/cli/command.ts';
import { openHistory } from '../../../lib/history/open.ts';
import { record } from '../../../lib/history/recording.ts';
import type { CheckSample } from '../../../lib/history/sample.ts';
import type { HistoryStore } from '../../../lib/history/store.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

const MINUTE = 60_000;
const RULES = { confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }), lateSlots: 0, targets: [] };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let writer: HistoryStore;

/** A minute of a shop whose cache fails since five minutes, and whose mail depends on it. */
async function write(minutesAgo: number, namespace = 'shop'): Promise<void> {
  const at = Math.floor(Date.now() / MINUTE) * MINUTE - minutesAgo * MINUTE;
  const isDown = minutesAgo < 5;
  const broken: Partial<CheckSample> = isDown ? { state: 'down', error: 'ConnectionError: refused\u001b[31m' } : {};
  const checks: CheckSample[] = [
    { path: '', state: isDown ? 'down' : 'up', durationMs: 9 },
    { path: 'cache/data', state: 'up', durationMs: 3, ...broken },
    { path: 'mail', state: 'up', durationMs: 4, ...broken, ...(isDown && { causes: [{ path: 'cache/data' }] }) },
    { path: 'dns', state: 'up', durationMs: 5 },
  ];
  await record(writer, { namespace, at, intervalMs: MINUTE, observerCutOff: false, checks }, RULES);
}

beforeAll(async () => {
  folder = await temporaryFolder();
  writer = await openHistory(folder.path);
  for (let minute = 30; minute > 0; minute -= 1) await write(minute);
  const [change] = await writer.changes('shop', { from: 0, to: Date.now() });
  if (change === undefined) throw new Error('nothing has changed');
  const about = { change, notUp: [], began: change.since, number: 0 };
  const notice = { id: 'n1', target: 'slack-1a2b3c4d', kind: 'change' as const, ...about };
  await writer.bury('shop', { id: 'n1', at: Date.now(), error: 'answered 500', notice });
});

afterAll(async () => {
  await writer.close();
  await folder.remove();
});

async function run(values: Readonly<Record<string, string | boolean>> = {}, overrides: Partial<Terminal> = {}) {
  const terminal = recordingTerminal({ columns: 120, ...overrides });
  const code = await history.run(inputOf([], { history: folder.path, ...values }), terminal);
  return { code, text: terminal.written() };
}

describe('healthgate history', () => {
  it('shows a strip, uptime and since when for the whole and for each check', async () => {
    const { code, text } = await run();
    expect(code).toBe(0);
    expect(text).toMatch(/^shop, from \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/);
    expect(text).toMatch(/^whole +·+▂*▀ +8\d\.\d\d % {2}down since .* UTC, for \d+ min$/m);
    expect(text).toMatch(/^dns +·+▂+ +100 % {2}up for \d+ min$/m);
    expect(text).toContain(
      '▂ up  ▔ degraded for a while  ▅ degraded  ▀ down for a while  █ down  ░ maintenance  · no data',
    );
  });

  it('lists outages with what followed, and the last changes first', async () => {
    const { text } = await run();
    expect(text).toMatch(
      /Outages:\n {2}down {6}cache\/data, .* UTC – now, \d+ min\n {12}ConnectionError: refused \[31m\n/,
    );
    expect(text).toMatch(/because of it: mail\n/);
    expect(text).toMatch(/Last changes:\n {2}.* UTC {2}\S+: up → down\n/);
  });

  it('sees what was written a moment ago', async () => {
    await write(0);
    const { text } = await run({ format: 'json', hours: '1' });
    const told = JSON.parse(text) as { checks: Record<string, { samples: { at: string }[] }> };
    const last = told.checks.dns?.samples.at(-1)?.at ?? '';
    expect(Date.now() - Date.parse(last)).toBeLessThan(2 * MINUTE);
  });

  it('shows a part, and longer ranges', async () => {
    const { text } = await run({ part: 'cache', hours: '2160' });
    expect(text).toMatch(/^shop\/cache, from/);
    expect(text).not.toMatch(/^dns/m);
    await expect(run({ part: 'cash' })).rejects.toThrow('--part: nothing is recorded of "cash" in shop');
  });

  it('tells the same as JSON', async () => {
    const { text } = await run({ format: 'json', hours: '48' });
    expect(JSON.parse(text)).toMatchObject({
      namespace: 'shop',
      checks: {
        dns: {
          uptime: 1,
          samples: expect.arrayContaining([expect.objectContaining({ uptime: 1, median: 0.005 })]) as unknown,
        },
      },
      outages: [{ cause: { path: 'cache/data' }, state: 'down', consequences: ['mail'] }],
      changes: expect.arrayContaining([
        expect.objectContaining({ path: 'cache/data', from: 'up', to: 'down' }),
      ]) as unknown,
    });
  });

  it.each(['24', '48', '2160'])(
    'tells of the whole and of each check how it is, as JSON of %s hours',
    async (hours) => {
      const told = JSON.parse((await run({ format: 'json', hours })).text) as { whole: { uptime: number } };
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown;
      expect(told).toMatchObject({
        whole: { state: 'down', since: time },
        standings: expect.arrayContaining([
          { path: 'cache/data', state: 'down', since: time },
          { path: 'dns', state: 'up', since: time },
        ]) as unknown,
      });
      expect(told.whole.uptime).toBeGreaterThan(0.8);
      expect(told.whole.uptime).toBeLessThan(0.9);
    },
  );

  it('tells nothing of the whole, as JSON of a part', async () => {
    const told = JSON.parse((await run({ format: 'json', part: 'dns' })).text) as object;
    expect(told).toMatchObject({ standings: [{ path: 'dns', state: 'up' }] });
    expect(told).not.toHaveProperty('whole');
  });

  it('is in colour on a terminal alone, and never lets a message change it', async () => {
    expect((await run()).text).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect((await run({}, { isInteractive: true })).text).toContain('\u001b[31m▀\u001b[0m');
    expect((await run({ 'no-color': true }, { isInteractive: true })).text).not.toContain('\u001b');
  });

  it('lists dead letters', async () => {
    expect((await run({ dead: true })).text).toMatch(/ UTC {2}slack-1a2b3c4d {2}\S+ is down: answered 500\n$/);
    expect(JSON.parse((await run({ dead: true, format: 'json' })).text)).toMatchObject([
      { id: 'n1', target: 'slack-1a2b3c4d', error: 'answered 500' },
    ]);
  });

  it('says which namespaces there are where it has to be told', async () => {
    await write(0, 'other');
    await expect(run()).rejects.toThrow('--namespace: which one? other, shop');
    await expect(run({ namespace: 'shpo' })).rejects.toThrow(/namespace "shpo": not in .*; did you mean shop\?/);
    expect((await run({ namespace: 'other' })).text).toMatch(/^other, from/);
  });
});
