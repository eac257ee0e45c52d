/** What only the embedded store does: it deletes what is too old, has a bound, and is read while it is written. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CheckError, ConfigurationError } from '../../../lib/errors.ts';
import { EmbeddedItems } from '../../../lib/history/embedded.ts';
import { openHistory } from '../../../lib/history/open.ts';
import { record } from '../../../lib/history/recording.ts';
import { DAY_MS } from '../../../lib/history/span.ts';
import type { HistoryStore } from '../../../lib/history/store.ts';
import { StoredHistory } from '../../../lib/history/stored.ts';
import { MIDNIGHT, MINUTE, RULES, sampleAt } from '../../support/history-samples.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ALL = { from: 0, to: Infinity };
const HOUR = 60 * MINUTE;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: HistoryStore;

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openHistory(`file:${join(folder.path, 'history')}`);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const hour = (hours: number, namespace = 'shop', letters = 'u') =>
  record(store, sampleAt(namespace, MIDNIGHT + hours * HOUR, letters), RULES);

describe('what is too old', () => {
  test('is deleted as new samples are written, each kind after its own time', async () => {
    for (let hours = 0; hours < 24 * 12; hours += 1) await hour(hours, 'shop', hours % 4 < 2 ? 'u' : 'x');
    const samples = await store.samples('shop', ALL);
    expect(samples.map(({ at }) => (at - MIDNIGHT) / HOUR)).toEqual(
      Array.from({ length: 27 }, (_, i) => 24 * 12 - 27 + i),
    );
    const [first] = await store.quarters('shop', ALL);
    expect(((first?.at ?? 0) - MIDNIGHT) / HOUR).toBe(24 * 12 - 1 - 24 * 9);
    expect(await store.days('shop', ALL)).toHaveLength(12);
    expect((await store.batches('shop'))[0]?.at).toBeGreaterThan(MIDNIGHT + 3 * DAY_MS);
    expect((await store.changes('shop', ALL))[0]?.at).toBeLessThan(MIDNIGHT + DAY_MS);
  });

  test('is deleted of a namespace that is recorded no more, and at last its name too', async () => {
    for (let hours = 0; hours < 20; hours += 1) await hour(hours, 'gone', hours < 5 ? 'u' : 'x');
    for (let hours = 0; hours < 20; hours += 1) await hour(24 * 30 + hours);
    expect(await store.samples('gone', ALL)).toEqual([]);
    expect(await store.days('gone', ALL)).toHaveLength(1);
    expect(await store.namespaces()).toEqual(['gone', 'shop']);
    for (let hours = 0; hours < 4; hours += 1) await hour(24 * 500 + hours);
    expect(await store.namespaces()).toEqual(['shop']);
    expect(await store.load('gone', MIDNIGHT)).toMatchObject({ version: 0, memory: { outages: [] } });
  });

  test('is deleted only a little at a time, so that a clock that was wrong once deletes hardly anything', async () => {
    for (let hours = 0; hours < 24; hours += 1) await hour(hours);
    await hour(24 * 365 * 50);
    expect((await store.samples('shop', ALL)).length).toBeGreaterThan(20);
  });
});

describe('the folder', () => {
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

  test('is made so that only its owner can read it', async () => {
    expect(await modeOf(join(folder.path, 'history'))).toBe(0o700);
  });

  test('keeps its mode where it exists', async () => {
    const path = join(folder.path, 'own');
    await mkdir(path);
    await chmod(path, 0o750);
    await (await openHistory(path)).close();
    expect(await modeOf(path)).toBe(0o750);
  });

  test('takes no more room once it deletes as much as it adds', async () => {
    const size = async () => (await stat(join(folder.path, 'history/data.mdb'))).size;
    const minutes = async (from: number, to: number) => {
      for (let minute = from; minute < to; minute += 60)
        await record(store, sampleAt('shop', MIDNIGHT + minute * MINUTE, 'u'.repeat(25)), RULES);
    };
    await minutes(0, 12 * 24 * 60);
    const before = await size();
    await minutes(12 * 24 * 60, 20 * 24 * 60);
    expect(await size()).toBeLessThan(1.1 * before);
  });

  test('takes no more than it may: then nothing is recorded, and the error says so', async () => {
    await store.close();
    const location = join(folder.path, 'small');
    store = new StoredHistory(await EmbeddedItems.open(location, { maxBytes: 100_000 }));
    const fill = async () => {
      for (let hours = 0; hours < 24; hours += 0.05) await hour(hours, 'shop', 'ux'.repeat(20));
    };
    await expect(fill()).rejects.toThrow(`history folder ${location} holds 100000 bytes, as much as it may`);
    const { version } = await store.load('shop', 0);
    expect(version).toBeGreaterThan(10);
    expect(await store.samples('shop', ALL)).toHaveLength(version);
  });

  test('is read by another process while this one writes it', async () => {
    await hour(0);
    const script = `
      import { openHistory } from './lib/history/open.ts';
      const store = await openHistory(process.argv[2], { readOnly: true });
      const count = async () => (await store.samples('shop', { from: 0, to: Infinity })).length;
      process.stdout.write(String(await count()) + '\\n');
      process.stdin.once('data', async () => {
        process.stdout.write(String(await count()));
        process.exit();
      });`;
    const file = join(folder.path, 'reader.mts');
    await writeFile(file, script.replaceAll('./lib', join(import.meta.dirname, '../../../lib')));
    const reading = promisify(execFile)(process.execPath, ['--import', 'tsx', file, join(folder.path, 'history')]);
    await new Promise((resolve) => reading.child.stdout?.once('data', resolve));
    await hour(1);
    await hour(2);
    reading.child.stdin?.write('again\n');
    expect((await reading).stdout).toBe('1\n3');
  });

  test('is not made by one who only reads it', async () => {
    const missing = join(folder.path, 'missing');
    const opening = openHistory(missing, { readOnly: true });
    await expect(opening).rejects.toThrow(ConfigurationError);
    await expect(opening).rejects.toThrow(`history folder ${missing}: there is no history in it`);
    await expect(stat(missing)).rejects.toThrow('ENOENT');
  });

  test('is opened, read and written several times by one process, in any order', async () => {
    await hour(0);
    await store.close();
    const path = join(folder.path, 'history');
    const reader = await openHistory(path, { readOnly: true });
    expect(await reader.samples('shop', ALL)).toHaveLength(1);
    store = await openHistory(`file:${path}/`);
    await hour(1);
    expect(await reader.samples('shop', ALL)).toHaveLength(2);
    await reader.close();
    await hour(2);
    const [closing, again] = [store.close(), openHistory(path)];
    store = await again;
    await closing;
    await hour(3);
    expect(await store.samples('shop', ALL)).toHaveLength(4);
  });

  test('refuses to write what was opened to be read', async () => {
    await hour(0);
    const reader = await openHistory(join(folder.path, 'history'), { readOnly: true });
    await expect(record(reader, sampleAt('shop', MIDNIGHT + 2 * HOUR), RULES)).rejects.toThrow(CheckError);
    await reader.close();
    expect(await store.samples('shop', ALL)).toHaveLength(1);
  });

  test('is named by the error where it is a file', async () => {
    const path = join(folder.path, 'wrong');
    await writeFile(path, 'a file');
    await expect(openHistory(path)).rejects.toThrow(
      `history folder ${path} cannot be opened: ENOTDIR: not a directory`,
    );
  });

  test.each([
    ['garbage', Buffer.alloc(20_000, 7)],
    ['too short', Buffer.from('abc')],
    ['text', Buffer.from('hello '.repeat(5000))],
  ])('is named by the error where its file is %s, and the process goes on', async (_name, content) => {
    const path = join(folder.path, 'damaged');
    await (await openHistory(path)).close();
    await writeFile(join(path, 'data.mdb'), content);
    for (const readOnly of [true, false])
      await expect(openHistory(path, { readOnly })).rejects.toThrow(
        `history folder ${path}: its data.mdb is damaged, or not a history`,
      );
  });

  test.each([40, 5000, 8192, 9000])('is refused where its file was cut off after %i bytes', async (length) => {
    const path = join(folder.path, 'cut');
    const whole = await openHistory(path);
    for (let minute = 0; minute < 5; minute += 1)
      await record(whole, sampleAt('shop', MIDNIGHT + minute * MINUTE), RULES);
    await whole.close();
    await (await openHistory(path, { readOnly: true })).close();
    await truncate(join(path, 'data.mdb'), length);
    for (const readOnly of [true, false])
      await expect(openHistory(path, { readOnly })).rejects.toThrow('its data.mdb is damaged, or not a history');
  });

  test('is begun again where its file is empty, since its first page was never written', async () => {
    const path = join(folder.path, 'empty');
    await (await openHistory(path)).close();
    await writeFile(join(path, 'data.mdb'), '');
    await expect(openHistory(path, { readOnly: true })).rejects.toThrow('there is no history in it');
    const begun = await openHistory(path);
    await record(begun, sampleAt('shop', MIDNIGHT), RULES);
    expect(await begun.samples('shop', ALL)).toHaveLength(1);
    await begun.close();
  });
});

test.each([
  ['', 'no history; expected file:<folder>'],
  ['file:', 'no history; expected file:<folder>'],
  ['dynamodb:', 'no history; expected file:<folder>'],
  ['redis://cache', 'unknown kind of history; expected file:<folder>'],
])('the name %j of a history is refused with the forms that there are', async (name, message) => {
  await expect(openHistory(name)).rejects.toThrow(message);
});
