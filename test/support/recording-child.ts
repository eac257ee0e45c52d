/**
 * Records a namespace every 50 ms until it is killed. Its check works and fails for half a second each, by the clock,
 * so that whoever records a slot sees the same.
 *
 * Prints the slot of each sample when the history has acknowledged it.
 *
 * Arguments: the folder of the vault, the folder of the history.
 */
import { openHistory } from '../../lib/history/open.ts';
import { createLog } from '../../lib/log.ts';
import { RecordingService } from '../../lib/record/service.ts';
import { openStore } from '../../lib/vault/stores/open.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { groupResult, reportOf, resultAt } from './reports.ts';

const INTERVAL_MS = 50;
const PHASE_MS = 500;

const [vaultFolder = '', historyFolder = ''] = process.argv.slice(2);
const log = createLog((line) => process.stderr.write(`${line}\n`));
const vault = new Vault(await openStore(`file:${vaultFolder}`), log);
const reporter = {
  share: (namespace: { readonly name: string }) => {
    const startedAt = Date.now();
    const slot = Math.floor(startedAt / INTERVAL_MS) * INTERVAL_MS;
    const isDown = Math.floor(slot / PHASE_MS) % 2 === 1;
    const error = { code: 'ConnectionError', message: 'refused' } as const;
    const result = groupResult('', resultAt('db', isDown ? { error } : {}));
    return Promise.resolve({
      report: { ...reportOf(result), namespace: namespace.name, startedAt, durationMs: 1 },
      ageMs: 0,
    });
  },
};
const store = await openHistory(historyFolder);
const commit = store.commit.bind(store);
store.commit = async (name, entry) => {
  const isWritten = await commit(name, entry);
  if (isWritten) process.stdout.write(`${String(entry.sample.at)}\n`);
  return isWritten;
};
const service = new RecordingService({ vault, reporter, store, log, intervalMs: INTERVAL_MS });
service.start();
process.once('SIGTERM', () => {
  void service.stop();
});
