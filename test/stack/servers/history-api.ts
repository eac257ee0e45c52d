/** An API that stores events in ClickHouse. The emulated EventBridge delivers events to it. */
import type { Addresses } from '../addresses.ts';
import { defineServer } from '../define-server.ts';
import type { Running } from '../process.ts';
import { setUpEventBridge } from './shared/event-bridge.ts';
import { startNodeProgram } from './shared/node-program.ts';
import type { ProgramOptions } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /**
     * The API destination of the emulated EventBridge, whose names are in test/stack/servers/shared/event-bridge.ts.
     */
    readonly historyApi: {
      readonly port: number;
      /** Accepts events from callers that send the key as `X-Api-Key`. */
      readonly url: string;
      readonly key: string;
      /** Answers 200 if the API can store events, and 503 if it cannot. */
      readonly healthUrl: string;
    };
  }
}

export interface HistoryApiOptions extends ProgramOptions {
  /** URL of the ClickHouse to store events in, with user and password. */
  readonly clickhouse: string;
}

const KEY = 'history-K3y/of+the=demo';

export async function startHistoryApi({
  clickhouse,
  ...options
}: HistoryApiOptions): Promise<Running & Addresses['historyApi']> {
  const running = await startNodeProgram('history-api', options, [clickhouse, KEY]);
  const origin = `http://127.0.0.1:${String(running.port)}`;
  return { ...running, url: `${origin}/events`, key: KEY, healthUrl: `${origin}/health` };
}

export default defineServer({
  name: 'historyApi',
  demo: { name: 'history', title: 'an API that receives events from EventBridge and stores them in ClickHouse' },
  needs: ['aws', 'clickhouse'],
  start: ({ folder, before, stack }) =>
    startHistoryApi({ folder, port: before?.port, clickhouse: stack.clickhouse.url }),
  setsUp: { aws: (historyApi, aws) => setUpEventBridge(aws, historyApi) },
});
