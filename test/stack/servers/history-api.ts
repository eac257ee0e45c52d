/** An API that stores events in ClickHouse, as one that EventBridge delivers to. */
import type { Running } from '../process.ts';
import { startNodeProgram } from './node-program.ts';
import type { ProgramOptions } from './node-program.ts';

export interface HistoryApiOptions extends ProgramOptions {
  /** URL of the ClickHouse to store in, with user and password. */
  readonly clickhouse: string;
}

const KEY = 'history-K3y/of+the=demo';

export interface HistoryApi extends Running {
  readonly port: number;
  /** Takes events. */
  readonly url: string;
  /** What callers show as `X-Api-Key`. */
  readonly key: string;
  /** Tells whether it can store events. */
  readonly healthUrl: string;
}

export async function startHistoryApi({ clickhouse, ...options }: HistoryApiOptions): Promise<HistoryApi> {
  const running = await startNodeProgram('history-api', options, [clickhouse, KEY]);
  const origin = `http://127.0.0.1:${String(running.port)}`;
  return { ...running, url: `${origin}/events`, key: KEY, healthUrl: `${origin}/health` };
}
