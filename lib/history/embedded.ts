/**
 * Items in a folder, for one machine: LMDB, a tree of pages that is replaced on disk as a whole by each transaction.
 * Whatever ends the process, what was acknowledged is there, and nothing is half there. Others may read meanwhile.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Key } from 'lmdb';
import { CheckError, ConfigurationError, UnhealthyError } from '../errors.ts';
import { openEnvironment } from './embedded-environment.ts';
import type { Entries, Environment } from './embedded-environment.ts';
import { fileIn } from './embedded-file.ts';
import type { Item, Items, Write } from './items.ts';
import { KINDS, MEMORY_KEY, timedKey, WINDOWS_KEY } from './keys.ts';
import type { Kind } from './keys.ts';

export interface EmbeddedOptions {
  /** Whether it is only read, while another process may write it. */
  readonly readOnly?: boolean;
  /** Whether there must be a history already. What is only read must be there anyway. */
  readonly mustExist?: boolean;
  /** Bytes that are kept at most. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 8 * 1024 ** 3;
/** Items of one kind that are deleted with one write: more than it adds. */
const DELETED_AT_A_TIME = 4;

export class EmbeddedItems implements Items {
  readonly location: string;
  readonly #db: Entries;
  readonly #environment: Environment;
  readonly #options: Required<Omit<EmbeddedOptions, 'mustExist'>>;
  /** The namespace whose old items were looked for last. */
  #swept = '';

  /** @throws ConfigurationError if the folder cannot be opened. */
  static async open(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedItems> {
    const { readOnly = false, mustExist = readOnly, maxBytes = MAX_BYTES } = options;
    const location = `history folder ${folder}`;
    const found = await fileIn(folder).catch((error: unknown) => {
      throw new ConfigurationError(`${location} cannot be opened${reason(error)}`);
    });
    if (found === 'other') throw new ConfigurationError(`${location}: its data.mdb is damaged, or not a history`);
    if (found === 'nothing' && mustExist)
      throw new ConfigurationError(
        `${location}: there is no history in it; name the folder that a service records to, or start one that does`,
      );
    const lmdb = await import('lmdb').catch(() => {
      throw new ConfigurationError(`${location}: the package lmdb is missing; install it with npm install lmdb`);
    });
    try {
      return new EmbeddedItems(location, await openEnvironment(folder, lmdb), { readOnly, maxBytes });
    } catch (error) {
      throw new ConfigurationError(`${location} cannot be opened${reason(error)}`);
    }
  }

  private constructor(
    location: string,
    environment: Environment,
    options: Required<Omit<EmbeddedOptions, 'mustExist'>>,
  ) {
    this.location = location;
    this.#environment = environment;
    this.#db = environment.db;
    this.#options = options;
  }

  async read(namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, Item>> {
    return this.#reading(() => {
      const items = keys.map((key) => this.#get(namespace, key)).filter((item) => item !== undefined);
      return new Map(items.map((item) => [item.key, item]));
    });
  }

  async range(namespace: string, from: string, to: string): Promise<readonly Item[]> {
    const range = { start: itemKey(namespace, from), end: itemKey(namespace, to) };
    return this.#reading(() => [...this.#db.getRange(range).map(({ key, value }) => ({ key: lastOf(key), value }))]);
  }

  async write(namespace: string, write: Write): Promise<boolean> {
    const { puts = [], removes = [], absent = [], expected, at, isNew } = write;
    return this.#writing(() => {
      if (absent.some((key) => this.#db.doesExist(itemKey(namespace, key)))) return false;
      if (expected && (this.#get(namespace, expected.key)?.version ?? 0) !== expected.version) return false;
      for (const { key, value, version = 0 } of puts)
        void this.#db.put(itemKey(namespace, key), Buffer.from(value), version);
      if (isNew) void this.#db.put(nameKey(namespace), Buffer.alloc(0));
      this.#remove(removes.map((key) => itemKey(namespace, key)));
      if (at !== undefined) this.#deleteOld(namespace, at);
      return true;
    }, puts.length > 0);
  }

  async namespaces(): Promise<readonly string[]> {
    return this.#reading(() => [...this.#db.getKeys(NAMES)].map(lastOf));
  }

  async close(): Promise<void> {
    await this.#environment.release();
  }

  #get(namespace: string, key: string): Item | undefined {
    const entry = this.#db.getEntry(itemKey(namespace, key));
    return entry && { key, value: entry.value, version: entry.version ?? 0 };
  }

  #remove(keys: Iterable<Key>): void {
    for (const key of [...keys]) void this.#db.remove(key);
  }

  /** What is too old is deleted a little at a time: of the namespace that is written, and of one that may not be. */
  #deleteOld(namespace: string, at: number): void {
    const [next = []] = this.#db.getKeys({ ...NAMES, start: nameKey(this.#swept), exclusiveStart: true, limit: 1 });
    this.#swept = lastOf(next);
    for (const name of new Set([namespace, this.#swept]))
      for (const kind of Object.keys(KINDS) as Kind[]) this.#deleteBefore(name, kind, at - KINDS[kind].keepMs);
    const days = {
      start: itemKey(this.#swept, timedKey('day', 0)),
      end: itemKey(this.#swept, timedKey('day', Infinity)),
    };
    if (this.#db.getKeysCount({ ...days, limit: 1 }) > 0) return;
    this.#remove([itemKey(this.#swept, MEMORY_KEY), itemKey(this.#swept, WINDOWS_KEY), nameKey(this.#swept)]);
  }

  #deleteBefore(namespace: string, kind: Kind, before: number): void {
    const [start, end] = [itemKey(namespace, timedKey(kind, 0)), itemKey(namespace, timedKey(kind, before))];
    this.#remove(this.#db.getKeys({ start, end, limit: DELETED_AT_A_TIME }));
  }

  #reading<T>(read: () => T): T {
    try {
      // What another process has written by now.
      this.#db.resetReadTxn();
      return read();
    } catch (error) {
      throw this.#failed('read', error);
    }
  }

  async #writing(write: () => boolean, adds: boolean): Promise<boolean> {
    if (this.#options.readOnly) throw new ConfigurationError(`${this.location} was opened only to be read`);
    try {
      return await this.#db.transaction(() => {
        if (adds) this.#checkSize();
        return write();
      });
    } catch (error) {
      throw error instanceof CheckError ? error : this.#failed('written', await commitErrorOf(error));
    }
  }

  #checkSize(): void {
    const { maxBytes } = this.#options;
    const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = this.#db.getStats() as Stats;
    if ((treeBranchPageCount + treeLeafPageCount + overflowPages) * pageSize < maxBytes) return;
    throw new UnhealthyError(`${this.location} holds ${maxBytes} bytes, as much as it may; record less often`);
  }

  #failed(what: string, error: unknown): CheckError {
    return new UnhealthyError(`${this.location} could not be ${what}${reason(error)}`);
  }
}

/** Of what `getStats` returns. */
interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

const itemKey = (namespace: string, key: string): Key => ['item', namespace, key];
const nameKey = (namespace: string): Key => ['name', namespace];
const NAMES = { start: ['name'], end: ['namf'] } as const satisfies Record<string, Key>;

function lastOf(key: Key): string {
  return Array.isArray(key) ? String(key.at(-1) ?? '') : '';
}

/** Milliseconds after which LMDB does not tell any more why it did not commit. */
const TOLD_WITHIN_MS = 1000;

/** LMDB tells why it did not commit by a promise that rejects. If nobody listened to it, it would end the process. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  const { commitError } = Object(error) as { readonly commitError?: Promise<never> };
  const told = commitError?.catch((reason: unknown) => reason);
  return told === undefined ? error : Promise.race([told, wait(TOLD_WITHIN_MS, error, { ref: false })]);
}

/** LMDB's own words, or the system's: neither holds anything of what is kept. */
function reason(error: unknown): string {
  const [words] =
    /^(MDB_\w+|[A-Z][a-z/]+( [a-z]+){0,6}$|E[A-Z]+: [a-z ]+)/.exec(error instanceof Error ? error.message : '') ?? [];
  // LMDB calls it so where the disk takes less than it was given.
  if (words === 'Input/output error') return `: ${words}; is the disk full?`;
  return words === undefined ? '' : `: ${words}`;
}
