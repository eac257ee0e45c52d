/** What a check may use while it runs, for tests that call a kind without the engine. */
import { Connections } from '../../lib/engine/connections.ts';
import type { FigureValue } from '../../lib/engine/figures.ts';
import type { CheckContext, ProveVault } from '../../lib/engine/types.ts';
import { createLog } from '../../lib/log.ts';

export interface RecordedContext {
  readonly context: CheckContext;
  /** The figures that were observed, by name. */
  readonly observed: Map<string, FigureValue>;
  /** The addresses that were reached. */
  readonly reached: Set<string>;
  /** The names of the stages that were begun. */
  readonly stages: string[];
}

export interface ContextOptions {
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
  /** Given where several checks share connections. */
  readonly connections?: Connections;
  readonly proveVault?: ProveVault;
}

/**
 * Like the engine, it gives up the connections of a check whose signal is aborted, and opens no more. Unlike the
 * engine, it does not end the check: whoever ignores the signal runs on.
 */
export function contextFor({
  signal = new AbortController().signal,
  limitMs = 28_000,
  connections = new Connections(),
  proveVault = () => Promise.reject(new Error('this test has no vault')),
}: ContextOptions = {}): RecordedContext {
  const user = {};
  const observed = new Map<string, FigureValue>();
  const reached = new Set<string>();
  const stages: string[] = [];
  signal.addEventListener('abort', () => {
    connections.release(user);
  });
  const context: CheckContext = {
    signal,
    limitMs,
    share: async (key, open) => {
      signal.throwIfAborted();
      return connections.share(key, user, open);
    },
    stage: (name) => stages.push(name),
    observe: (figures) => {
      for (const [name, value] of Object.entries(figures)) if (value !== undefined) observed.set(name, value);
    },
    reached: (address) => reached.add(address),
    proveVault,
    log: createLog((line) => {
      throw new Error(`this check must not log, but did: ${line}`);
    }),
  };
  return { context, observed, reached, stages };
}
