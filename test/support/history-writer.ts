/**
 * Records one sample after another in a folder, and tells of each that it was recorded, or after `failed` why not. Then
 * it tries again. It is started to be killed. Its arguments are the folder and the namespaces.
 */
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openHistory } from '../../lib/history/open.ts';
import { record } from '../../lib/history/recording.ts';
import { endlessSample, RULES } from './history-samples.ts';

const PAUSE_MS = 20;

const [folder = '', ...namespaces] = process.argv.slice(2);
const store = await openHistory(folder);
await Promise.all(
  namespaces.map(async (namespace) => {
    let { version: index } = await store.load(namespace, 0);
    for (;;) {
      try {
        await record(store, endlessSample(namespace, index), RULES);
        writeSync(1, `${namespace} ${String(index)}\n`);
        index += 1;
      } catch (error) {
        writeSync(1, `failed ${error instanceof Error ? error.message : 'unforeseen'}\n`);
        await wait(PAUSE_MS);
      }
    }
  }),
);
