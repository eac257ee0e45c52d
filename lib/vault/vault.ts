/** The namespaces of a store: found by token, kept for a minute, used for up to an hour while the store does not answer. */
import { within } from '../engine/deadline.ts';
import { CheckError, ConnectionError } from '../engine/errors.ts';
import type { Log } from '../log.ts';
import type { ProveVault } from '../types.ts';
import { DocumentError } from './document.ts';
import { Kept, KEEP_MS, RETRY_MS } from './kept.ts';
import { parseNamespace } from './namespace.ts';
import type { Namespace } from './namespace.ts';
import type { Store } from './store.ts';
import { digest, isTokenLike, matches, NAMESPACE, namespaceOf } from './tokens.ts';

/** Milliseconds that one read from the store may take. */
const READ_WITHIN_MS = 3_000;
/** Milliseconds that it may take to read every namespace, for tokens that do not carry theirs. */
const READ_ALL_WITHIN_MS = 10_000;
const READS_AT_ONCE = 10;
/** Names that are remembered, those that do not exist among them. */
const MAX_REMEMBERED = 10_000;
const MAX_LOGGED_PROBLEMS = 20;

/** Whose token is whose, for tokens that do not say so themselves. */
interface Index {
  readonly namespaceOf: ReadonlyMap<string, string>;
  /** Whether every namespace could be read. */
  readonly complete: boolean;
}

export class Vault {
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #namespaces = new Map<string, Kept<Namespace | undefined>>();
  readonly #index: Kept<Index>;

  constructor(store: Store, log: Log, now: () => number = Date.now) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
    this.#index = new Kept(() => this.#readIndex(), { keepMs: ({ complete }) => (complete ? KEEP_MS : RETRY_MS), now });
  }

  /**
   * The namespace that the token opens; undefined where it opens none.
   * A token that carries its namespace costs at most one read; any other, at most one read of all namespaces a minute.
   *
   * @throws CheckError where the store does not answer, and never did for what is needed.
   */
  async find(token: string): Promise<Namespace | undefined> {
    if (!isTokenLike(token)) return undefined;
    const name = namespaceOf(token) ?? (await this.#lookUp(token));
    const namespace = name === undefined ? undefined : await this.namespace(name);
    return namespace !== undefined && !namespace.disabled && matches(token, namespace.tokenDigests)
      ? namespace
      : undefined;
  }

  /**
   * A namespace by its name; undefined where there is none, or its document cannot be used.
   *
   * @throws CheckError where the store does not answer, and never did for this name.
   */
  async namespace(name: string): Promise<Namespace | undefined> {
    if (!NAMESPACE.test(name)) return undefined;
    return this.#kept(name).get();
  }

  /** Names of all namespaces of the store. */
  async names(): Promise<string[]> {
    return within(READ_ALL_WITHIN_MS, this.#target, undefined, (signal) => this.#store.list(signal));
  }

  /** For a check of the vault itself, on behalf of a namespace. */
  prover(namespace: string): ProveVault {
    return async (secret, signal) => {
      try {
        const text = await (secret === undefined
          ? this.#store.read(namespace, signal)
          : this.#store.readSecret(secret, signal));
        if (text === undefined)
          throw new CheckError('UnhealthyError', `${this.#target} has no secret ${secret ?? namespace}`);
      } catch (error) {
        const staleMs = this.#namespaces.get(namespace)?.staleMs;
        if (!(error instanceof CheckError) || staleMs === undefined) throw error;
        const minutes = Math.round(staleMs / 60_000);
        throw new CheckError(error.code, `${error.message}; what was read ${String(minutes)} min ago is in use`);
      }
    };
  }

  get #target(): string {
    return `vault ${this.#store.location}`;
  }

  #kept(name: string): Kept<Namespace | undefined> {
    const kept =
      this.#namespaces.get(name) ??
      new Kept<Namespace | undefined>((previous) => this.#read(name, previous), {
        keepMs: (namespace) => (namespace?.incomplete === true ? RETRY_MS : KEEP_MS),
        now: this.#now,
      });
    // The one that was asked for last stands last, so that the first is the one to forget.
    this.#namespaces.delete(name);
    this.#namespaces.set(name, kept);
    const [oldest] = this.#namespaces.keys();
    if (this.#namespaces.size > MAX_REMEMBERED && oldest !== undefined) this.#namespaces.delete(oldest);
    return kept;
  }

  async #read(name: string, previous: Namespace | undefined): Promise<Namespace | undefined> {
    try {
      return await within(READ_WITHIN_MS, this.#target, undefined, async (signal) => {
        const text = await this.#store.read(name, signal);
        if (text === undefined) return undefined;
        const namespace = await parseNamespace(name, text, (secret) => this.#store.readSecret(secret, signal));
        if (namespace.fingerprint === previous?.fingerprint) return previous;
        if (namespace.incomplete && previous !== undefined)
          throw new ConnectionError(`${this.#target} did not give all secrets`);
        const problems = namespace.problems.slice(0, MAX_LOGGED_PROBLEMS);
        if (problems.length > 0) this.#log.warn('a namespace has mistakes', { namespace: name, problems });
        return namespace;
      });
    } catch (error) {
      if (error instanceof DocumentError) {
        this.#log.error('a namespace is refused', { namespace: name, problem: error.message });
        return undefined;
      }
      this.#log.error('a namespace cannot be read', { namespace: name, vault: this.#store.location, error });
      throw error;
    }
  }

  async #lookUp(token: string): Promise<string | undefined> {
    const { namespaceOf, complete } = await this.#index.get();
    const name = namespaceOf.get(digest(token));
    if (name === undefined && !complete) throw new ConnectionError(`${this.#target} did not give all namespaces`);
    return name;
  }

  async #readIndex(): Promise<Index> {
    const waiting = await this.names();
    const found = new Map<string, string>();
    let complete = true;
    const readOn = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        try {
          const namespace = await this.namespace(name);
          for (const tokenDigest of namespace?.tokenDigests ?? []) found.set(tokenDigest, name);
        } catch {
          complete = false; // logged where it was read
        }
      }
    };
    await within(READ_ALL_WITHIN_MS, this.#target, undefined, () =>
      Promise.all(Array.from({ length: READS_AT_ONCE }, readOn)),
    );
    return { namespaceOf: found, complete };
  }
}
