/** The options of `serve` for recording. */
import { eventsIn, historyAt } from '../compose.ts';
import { ConfigurationError } from '../errors.ts';
import type { HistoryReader } from '../history/view.ts';
import type { Log } from '../log.ts';
import type { RecordingService } from '../record/service.ts';
import type { Reporter } from '../reporter.ts';
import type { Vault } from '../vault/vault.ts';
import { numberOf } from './command.ts';
import type { Input, Option, Terminal } from './command.ts';
import { historyName, historyOption, namedHistory } from './history-option.ts';

const SECONDS = { preset: undefined, min: 1, max: 3600, integer: true };

export const recordOptions = {
  record: {
    type: 'string',
    value: 'SECONDS',
    help: 'run every namespace that often, record it, and tell who wants to know of outages;\n60 is usual',
    number: SECONDS,
  },
  ...historyOption,
} as const satisfies Readonly<Record<string, Option>>;

export interface Recorded {
  /** For answers that show the history. */
  readonly history: HistoryReader;
  /** Makes what records, unless nothing is to be recorded. */
  readonly open?: (vault: Vault, reporter: Reporter, log: Log) => RecordingService;
}

/**
 * What is asked for; undefined if it is neither recorded nor a history named.
 *
 * @throws ConfigurationError if the history cannot be opened.
 */
export async function recordAsked(input: Input, terminal: Terminal): Promise<Recorded | undefined> {
  const seconds = numberOf(input, 'record', SECONDS);
  if (seconds === undefined) {
    const name = namedHistory(input, terminal);
    if (name === undefined) return undefined;
    await sayWhatIsShown(name, terminal);
    return { history: historyAt(name) };
  }
  const name = historyName(input, terminal);
  const [{ openHistory }, { RecordingService }] = await Promise.all([
    import('../history/open.ts'),
    import('../record/service.ts'),
  ]);
  const sendChanges = eventsIn(terminal.env);
  const store = await openHistory(name);
  terminal.out(`Recording every ${String(seconds)} s in ${store.location}\n`);
  return {
    history: () => Promise.resolve(store),
    open: (vault, reporter, log) =>
      new RecordingService({ vault, reporter, log, store, intervalMs: seconds * 1000, sendChanges }),
  };
}

/** A history that is not there yet may come, when what records it starts. */
async function sayWhatIsShown(name: string, terminal: Terminal): Promise<void> {
  const { openHistory } = await import('../history/open.ts');
  try {
    const store = await openHistory(name, { readOnly: true });
    terminal.out(`Showing what is recorded in ${store.location}\n`);
    await store.close();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    terminal.err(`answers show no history: ${error.message}\n`);
  }
}
