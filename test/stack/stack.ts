/** Starts the servers for tests, benchmarks and the demo: concurrently, on free ports, in a temporary folder. */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addresses, PartName } from './addresses.ts';
import type { ServerDefinition } from './define-server.ts';
import { servers } from './find-servers.ts';
import { cleanUpAtExit } from './leftovers.ts';
import type { Running } from './process.ts';

/** A server of the stack that was started, or a group of servers that only make sense together. */
export interface Part {
  readonly name: PartName;
  readonly isRunning: boolean;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
  /** Freezes it: it still accepts connections but never answers. */
  pause(): void;
  resume(): void;
}

export interface Stack<Names extends PartName = PartName> {
  readonly addresses: Pick<Addresses, Names>;
  readonly parts: Readonly<Record<Names, Part>>;
  /** Has one folder for each part, with its log. Removed when the stack stops. */
  readonly folder: string;
  /** Ends everything and removes the folder. Can be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the named parts and those that they need, each as soon as those that it needs run. If one cannot start, all
 * are ended. No server outlives this process, however the process ends.
 *
 * @param names All servers by default.
 * @throws Error that names the part that cannot start, with the end of its log.
 */
export async function startStack<Names extends PartName = PartName>(
  names: readonly Names[] = [...servers.keys()] as Names[],
): Promise<Stack<Names>> {
  // Without this, the AWS SDK prints a warning about Node 20 at every start of every process that inherits this
  // environment.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-stack-'));
  await chmod(folder, 0o711); // servers that refuse to run as root run as another user, and have their folders in here
  const removeFolder = cleanUpAtExit(folder);

  const addresses: Partial<Addresses> = {};
  const started = new Map<PartName, Promise<StartedPart>>();
  const start = async (name: PartName): Promise<StartedPart> => {
    const definition = servers.get(name);
    if (definition === undefined) throw new Error(`the stack has no server ${name}`);
    await Promise.all((definition.needs ?? []).map(startOnce));
    const part = new StartedPart(definition, join(folder, name), addresses);
    await part.start();
    return part;
  };
  const startOnce = (name: PartName): Promise<StartedPart> => {
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

class StartedPart implements Part {
  readonly #definition: ServerDefinition;
  readonly #folder: string;
  readonly #addresses: Partial<Addresses>;
  #running: Running | undefined;

  /** @param addresses Of the whole stack. The part adds its own address when it starts. */
  constructor(definition: ServerDefinition, folder: string, addresses: Partial<Addresses>) {
    this.#definition = definition;
    this.#folder = folder;
    this.#addresses = addresses;
  }

  get name(): PartName {
    return this.#definition.name;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const before = this.#addresses[this.name];
    try {
      await mkdir(this.#folder, { recursive: true });
      // The servers that it needs were started before, so their addresses are known.
      const stack = this.#addresses as Addresses;
      const running = await this.#definition.start({ folder: this.#folder, before, stack });
      this.#running = running;
      if (before === undefined) Object.assign(this.#addresses, { [this.name]: plainData(running) });
      await this.#setUp();
    } catch (error) {
      await this.stop();
      throw new Error(`${this.name} did not start: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  /** Sets up what this server has in others, and what others have in this one. */
  async #setUp(): Promise<void> {
    for (const { name, setsUp = {} } of servers.values()) {
      const own = this.#addresses[name];
      if (own === undefined) continue; // not in this stack, or not started yet
      for (const [other, setUp] of Object.entries(setsUp) as [PartName, SetUp][])
        if (name === this.name || other === this.name) await setUp(own, this.#addresses[other]);
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

/** One entry of `setsUp`, whose addresses belong to its servers by definition. */
type SetUp = (own: unknown, other: unknown) => Promise<void>;

/** The address alone, without functions, so that it can be passed to another process. */
function plainData<T>(running: T): T {
  return JSON.parse(JSON.stringify(running)) as T;
}
