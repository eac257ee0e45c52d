/** Every store of history keeps it with the same meaning: the embedded one, and DynamoDB on two emulators. */
import { afterAll, beforeAll, describe, inject, vi } from 'vitest';
import { openHistory } from '../../lib/history/open.ts';
import type { HistoryStore } from '../../lib/history/store.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { createHistoryTable } from '../support/history-table.ts';
import { testHistoryStore } from '../support/history-suite.ts';
import { temporaryFolder } from '../support/temporary.ts';

const { aws, ministack } = inject('stack');

const opened: HistoryStore[] = [];

afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
});

async function openHere(name: string): Promise<HistoryStore> {
  const store = await openHistory(name);
  opened.push(store);
  return store;
}

describe('the history in a folder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  testHistoryStore(() => openHere(`file:${folder.path}`));
});

describe.each([
  ['moto', aws],
  ['ministack', ministack],
])('the history in DynamoDB, on %s', (_name, emulator) => {
  let table: string;

  beforeAll(async () => {
    for (const [name, value] of Object.entries(motoEnvironment(emulator))) vi.stubEnv(name, value);
    table = await createHistoryTable(emulator);
  });

  testHistoryStore(() => openHere(`dynamodb:${table}`));
});
