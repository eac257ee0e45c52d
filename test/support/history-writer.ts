/**
 * Records one sample after another in a folder, and tells of each that it was recorded. It is started to be killed.
 * Its arguments are the folder and the namespaces.
 */
import { writeSync } from 'node:fs';
import { openHistory } from '../../lib/history/open.ts';
import { record } from '../../lib/history/recording.ts';
import { endlessSample, RULES } from './history-samples.ts';

const [folder = '', ...namespaces] = process.argv.slice(2);
const store = await openHistory(folder);
await Promise.all(
  namespaces.map(async (namespace) => {
    let { version: index } = await store.load(namespace, 0);
    for (; ; index += 1) {
      await record(store, endlessSample(namespace, index), RULES);
      writeSync(1, `${namespace} ${String(index)}\n`);
    }
  }),
);
