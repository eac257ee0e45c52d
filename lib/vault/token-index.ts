/** Finds the namespace of a token that does not carry its name. */
import { setMaxListeners } from 'node:events';
import { within } from '../engine/deadline.ts';
import { ConnectionError } from '../errors.ts';
import type { ReadEnv } from '../document/environment.ts';
import type { Log } from '../log.ts';
import { DocumentError } from '../problem.ts';
import { concurrently } from './concurrently.ts';
import { KEEP_MS, Kept, RETRY_MS } from './kept.ts';
import { LOOK_MS } from './namespace-reader.ts';
import type { Store } from './stores/store.ts';

/** Milliseconds that it may take to read every namespace. */
export const READ_ALL_WITHIN_MS = 20_000;
/** Namespaces that are read at a time, if the store cannot read many in one call. */
const READS_AT_A_TIME = 5;
const MAX_LOGGED = 20;

interface Index {
  /** The namespace's name by the digest of a token. */
  readonly byDigest: ReadonlyMap<string, string>;
  /** Whether every namespace could be read. */
  readonly complete: boolean;
}

export interface TokenIndexOptions {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  /** The digests of one namespace's tokens. Throws a `CheckError` if the namespace cannot be read. */
  readonly digestsOf: (namespace: string) => Promise<readonly string[]>;
  /** The digests of the version that was read last, in case a newer one is refused. */
  readonly lastDigestsOf: (namespace: string) => readonly string[];
  readonly readEnv: ReadEnv;
}

export class TokenIndex {
  readonly #options: TokenIndexOptions;
  readonly #keepMs: number;
  readonly #index: Kept<Index>;
  readonly #names: Kept<ReadonlySet<string>>;
  /** The namespaces that could not be read the last time. */
  #unread = '';

  constructor(options: TokenIndexOptions) {
    this.#options = options;
    const { store, now } = options;
    // Each read takes many calls, so a failed one must not be retried often.
    // A store that tells of changes is local, and its documents are read again only if they have changed.
    this.#keepMs = store.stamp === undefined ? KEEP_MS : LOOK_MS;
    const rarely = { maxRetryMs: KEEP_MS, keepMs: () => this.#keepMs, now };
    this.#index = new Kept(() => this.#logged(() => this.#read()), rarely);
    this.#names = new Kept<ReadonlySet<string>>(
      () => this.#logged(async () => new Set(await listNames(store))),
      rarely,
    );
  }

  /**
   * The name of the namespace that the token with this digest opens; undefined if there is none.
   *
   * @throws CheckError if the store does not answer for all namespaces.
   */
  async find(digest: string): Promise<string | undefined> {
    const { byDigest, complete } = await this.#index.get();
    const name = byDigest.get(digest);
    if (name === undefined && !complete)
      throw new ConnectionError(`vault ${this.#options.store.location} did not return all namespaces`);
    return name;
  }

  /** Whether a namespace of that name exists, by a list that is read at most once a minute. */
  async has(name: string): Promise<boolean> {
    return (await this.#names.get()).has(name);
  }

  /** Milliseconds since the index was read. */
  get ageMs(): number {
    return this.#index.ageMs;
  }

  async #read(): Promise<Index> {
    const { store, log } = this.#options;
    const names = [...(await this.#names.get(Math.min(RETRY_MS, this.#keepMs)))];
    const byDigest = new Map<string, string>();
    const unread: string[] = [];
    const note = (name: string, digests: readonly string[] | undefined) => {
      if (digests === undefined) unread.push(name);
      for (const digest of digests ?? []) byDigest.set(digest, name);
    };
    await within({ limitMs: READ_ALL_WITHIN_MS, from: `vault ${store.location}` }, async (signal) => {
      setMaxListeners(0, signal); // one for each read under way: no leak to warn about
      const texts = await store.readMany?.(names, signal);
      await concurrently(names, READS_AT_A_TIME, signal, async (name) => {
        note(name, await this.#digestsOf(name, texts, signal));
      });
    });
    const isNews = this.#unread !== unread.join();
    this.#unread = unread.join();
    if (unread.length > 0 && (isNews || store.stamp === undefined))
      log.error('some namespaces cannot be read', { count: unread.length, namespaces: unread.slice(0, MAX_LOGGED) });
    return { byDigest, complete: unread.length === 0 };
  }

  /** Undefined if the namespace cannot be read. A refused one is logged later, when it is requested by its name. */
  async #digestsOf(
    name: string,
    texts: ReadonlyMap<string, string | Error> | undefined,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    try {
      if (texts === undefined) return await this.#options.digestsOf(name);
      const text = texts.get(name);
      if (text instanceof Error) throw text;
      return text === undefined ? [] : await this.#digestsIn(text, signal);
    } catch (error) {
      return error instanceof DocumentError ? this.#options.lastDigestsOf(name) : undefined;
    }
  }

  /** Reads only the secrets that tokens refer to. The others are read when a token opens the namespace. */
  async #digestsIn(text: string, signal: AbortSignal): Promise<readonly string[]> {
    const { store, readEnv } = this.#options;
    const { findTokens } = await import('../document/access-tokens.ts');
    const failures: unknown[] = [];
    const readSecret = async (secret: string) => {
      try {
        return await store.readSecret(secret, signal);
      } catch (error) {
        failures.push(error);
        throw error;
      }
    };
    const places = await findTokens(text, 'json', { readSecret, readEnv });
    if (failures.length > 0) throw failures[0];
    return places.flatMap(({ digest }) => digest ?? []);
  }

  async #logged<T>(read: () => Promise<T>): Promise<T> {
    const { store, log } = this.#options;
    try {
      return await read();
    } catch (error) {
      log.error('the namespaces cannot be read', { vault: store.location, error });
      throw error;
    }
  }
}

/** The names of all namespaces in a store. */
export async function listNames(store: Store): Promise<string[]> {
  return within({ limitMs: READ_ALL_WITHIN_MS, from: `vault ${store.location}` }, (signal) => store.list(signal));
}
