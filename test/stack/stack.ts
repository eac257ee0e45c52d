/** Starts the servers that tests, benchmarks and the demo run on: all at once, on free ports, in a temporary folder. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addresses } from './addresses.ts';
import type { PartName } from './install.ts';
import { cleanUpAtExit } from './leftovers.ts';
import type { Running } from './process.ts';
import { PYTHON } from './python.ts';
import { startAssets } from './servers/assets.ts';
import { startCelery } from './servers/celery.ts';
import { startClickhouse } from './servers/clickhouse.ts';
import { setUpEventBridge } from './servers/event-bridge.ts';
import { startHistoryApi } from './servers/history-api.ts';
import { startMariadb } from './servers/mariadb.ts';
import { startMoto } from './servers/moto.ts';
import { startPostgres } from './servers/postgres.ts';
import { startRabbitmq } from './servers/rabbitmq.ts';
import { startRedis, startRedisCluster, startRedisSentinel, startRedisTls } from './servers/redis.ts';
import { startWebsocket } from './servers/websocket.ts';

/** One server of the stack, or a group of servers that only make sense together. */
export interface Part {
  readonly name: PartName;
  readonly isRunning: boolean;
  /** Ends it, and waits until it is gone. */
  stop(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
  /** Freezes it: it still accepts connections and never answers. */
  pause(): void;
  resume(): void;
}

export interface Stack<Names extends PartName = PartName> {
  readonly addresses: Pick<Addresses, Names>;
  readonly parts: Readonly<Record<Names, Part>>;
  /** Holds a folder for each part, with its log. Removed in the end. */
  readonly folder: string;
  /** Ends everything and removes the folder. Can be called twice. */
  stop(): Promise<void>;
}

interface Definition<Name extends PartName> {
  /** Parts that must run before it starts. */
  readonly needs: readonly PartName[];
  /**
   * @param folder Of its own.
   * @param before Where it ran before: there it starts again.
   * @param stack  Where those that it needs are.
   */
  start(folder: string, before: Addresses[Name] | undefined, stack: Addresses): Promise<Running & Addresses[Name]>;
}

const QUEUES = ['high_priority', 'medium_priority', 'low_priority'];

const definitions: { readonly [Name in PartName]: Definition<Name> } = {
  redis: { needs: [], start: (folder, before) => startRedis({ folder, ...portOf(before) }) },
  redisTls: { needs: [], start: (folder, before) => startRedisTls({ folder, ...portOf(before) }) },
  redisSentinel: { needs: [], start: (folder, before) => startRedisSentinel({ folder, ...portOf(before) }) },
  redisCluster: {
    needs: [],
    start: (folder, before) => startRedisCluster({ folder, ...(before && { ports: before.ports }) }),
  },
  postgres: { needs: [], start: (folder, before) => startPostgres({ folder, ...portOf(before) }) },
  mysql: { needs: [], start: (folder, before) => startMariadb({ folder, ...portOf(before) }) },
  clickhouse: { needs: [], start: (folder, before) => startClickhouse({ folder, ...portOf(before) }) },
  rabbitmq: { needs: [], start: (folder, before) => startRabbitmq({ folder, ...portOf(before) }) },
  celery: {
    needs: ['rabbitmq', 'redis'],
    async start(folder, _before, { rabbitmq, redis }) {
      const resultUrl = redis.url;
      const options = { folder, python: PYTHON, broker: rabbitmq.url, backend: resultUrl, queues: QUEUES };
      return { ...(await startCelery(options)), resultUrl };
    },
  },
  aws: {
    needs: [],
    async start(folder, before, { historyApi }: Partial<Addresses>) {
      const aws = await startMoto({ folder, python: PYTHON, ...portOf(before) });
      // It keeps everything in memory, so what was set up for others is gone.
      if (historyApi !== undefined) await setUpEventBridge(aws, historyApi);
      return aws;
    },
  },
  historyApi: {
    needs: ['aws', 'clickhouse'],
    async start(folder, before, { aws, clickhouse }) {
      const historyApi = await startHistoryApi({ folder, clickhouse: clickhouse.url, ...portOf(before) });
      await setUpEventBridge(aws, historyApi);
      return historyApi;
    },
  },
  websocket: {
    needs: [],
    start: (folder, before) => startWebsocket({ folder, ...before }),
  },
  assets: { needs: [], start: (folder, before) => startAssets({ folder, ...portOf(before) }) },
};

export const PARTS = Object.keys(definitions) as readonly PartName[];

/** Parts that cannot run without one of these, and these themselves. */
export function withDependents(names: readonly PartName[]): PartName[] {
  return PARTS.filter((name) => names.includes(name) || definitions[name].needs.some((need) => names.includes(need)));
}

/**
 * Starts the named parts, each as soon as those that it needs run. If one cannot start, all are ended.
 * However this process ends, no server outlives it.
 *
 * @throws Error that names the part that cannot start, with the end of its log.
 */
export async function startStack<Names extends PartName = PartName>(
  names: readonly Names[] = PARTS as readonly Names[],
): Promise<Stack<Names>> {
  // The AWS SDK warns of Node 20 at every start, in whatever inherits this environment: in the tests' and the demo's output too.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-stack-'));
  await chmod(folder, 0o711); // servers that refuse root run as another user, and have their folders in here
  const removeFolder = cleanUpAtExit(folder);

  const addresses: Partial<Addresses> = {};
  const started = new Map<PartName, Promise<StartedPart<PartName>>>();
  const start = async <Name extends PartName>(name: Name): Promise<StartedPart<Name>> => {
    await Promise.all(definitions[name].needs.map(startOnce));
    const part = new StartedPart(name, join(folder, name), addresses);
    await part.start();
    return part;
  };
  const startOnce = (name: PartName): Promise<StartedPart<PartName>> => {
    const starting = started.get(name) ?? start(name);
    started.set(name, starting);
    return starting;
  };

  const stop = async (): Promise<void> => {
    const parts = (await Promise.allSettled(started.values())).flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    await Promise.all(parts.map((part) => part.stop()));
    removeFolder();
  };

  try {
    const parts = await Promise.all(names.map(startOnce));
    return {
      addresses: addresses as Pick<Addresses, Names>,
      parts: Object.fromEntries(parts.map((part) => [part.name, part])) as unknown as Record<Names, Part>,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

class StartedPart<Name extends PartName> implements Part {
  readonly name: Name;
  readonly #folder: string;
  readonly #addresses: Partial<Addresses>;
  #running: Running | undefined;

  constructor(name: Name, folder: string, addresses: Partial<Addresses>) {
    this.name = name;
    this.#folder = folder;
    this.#addresses = addresses;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const definition: Definition<Name> = definitions[this.name];
    const before = this.#addresses[this.name];
    try {
      // What it needs was started before, and so has its addresses.
      const running = await definition.start(this.#folder, before, this.#addresses as Addresses);
      this.#running = running;
      this.#addresses[this.name] = before ?? plainData(running);
    } catch (error) {
      throw new Error(`${this.name} did not start: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  pause(): void {
    this.#running?.pause();
  }

  resume(): void {
    this.#running?.resume();
  }
}

/** The address alone, without functions, so that it can be handed to another process. */
function plainData<T>(running: T): T {
  return JSON.parse(JSON.stringify(running)) as T;
}

function portOf(before: { readonly port: number } | undefined): { port?: number } {
  return before === undefined ? {} : { port: before.port };
}
