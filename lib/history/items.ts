/** What a database must do, so that history can be kept in it: items with a key, in the order of their keys. */

export interface Item {
  readonly key: string;
  readonly value: Uint8Array;
  /** Of an item that is replaced only if it is the one that was read. */
  readonly version?: number;
}

export interface ItemToWrite extends Item {
  /** When it may be deleted, in milliseconds since 1970. Until it is, it may still be read. */
  readonly expiresAt: number;
}

/** All of it is written, or nothing. */
export interface Write {
  readonly puts?: readonly ItemToWrite[];
  readonly removes?: readonly string[];
  /** Keys of which there must be no item yet. */
  readonly absent?: readonly string[];
  /** The version that an item must have; 0 if there must be none. */
  readonly expected?: { readonly key: string; readonly version: number };
  /** The time of what is written. A database that deletes nothing by itself deletes what is too old by then. */
  readonly at?: number;
  /** Whether the namespace may be new, so that its name must be written down. */
  readonly isNew?: boolean;
}

/** All methods throw a `CheckError` that names the database, where it does not work. */
export interface Items {
  /** For messages: `DynamoDB table healthgate`, `folder history`. */
  readonly location: string;
  /** The items that exist, as of now. Those after the first are at least as new as the first. */
  read(namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, Item>>;
  /** In the order of their keys, from the first key to before the second. */
  range(namespace: string, from: string, to: string): Promise<readonly Item[]>;
  /** @returns False if a condition is not met, or others are writing the same. Then nothing was written. */
  write(namespace: string, write: Write): Promise<boolean>;
  namespaces(): Promise<readonly string[]>;
  close(): Promise<void>;
}
