/** The namespaces of a store: found by token, kept for a minute, used for up to an hour while the store does not answer. */
import { within } from '../engine/deadline.ts';
import { CheckError, ConnectionError, UnhealthyError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ProveVault } from '../engine/types.ts';
import { Allowance } from './allowance.ts';
import { DocumentError } from '../problem.ts';
import { Kept, KEEP_MS, RETRY_MS } from './kept.ts';
import type { Namespace, parseNamespace } from '../document/namespace.ts';
import { MAX_AT_ONCE } from './stores/store.ts';
import type { Store } from './stores/store.ts';
import { digest, isTokenLike, matches, NAMESPACE, namespaceOf } from '../document/tokens.ts';

/** Milliseconds that one read from the store may take. */
const READ_WITHIN_MS = 3_000;
/** Milliseconds that it may take to read every namespace, for tokens that do not carry theirs. */
const READ_ALL_WITHIN_MS = 20_000;
/** Calls at once while all are read: of batches, AWS takes a hundred a second. */
const READS_AT_ONCE = 5;
/** Milliseconds after which a token that a namespace does not know makes it be read anew: it may have been added since. */
const READ_EARLY_MS = 10_000;
/** Reads a minute that only wrong tokens may cause: of names that may not exist, and of namespaces before their time. */
const SPARE_READS = 30;
/** Names that are remembered, those that do not exist among them. */
const MAX_REMEMBERED = 10_000;
const MAX_LOGGED = 20;

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
  readonly #names: Kept<ReadonlySet<string>>;
  readonly #spare: Allowance;

  constructor(store: Store, log: Log, now: () => number = Date.now) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
    // Many calls each, so that what fails must not be tried often.
    const rare = { maxRetryMs: KEEP_MS, now };
    this.#index = new Kept(() => this.#logged(() => this.#readIndex()), rare);
    this.#names = new Kept<ReadonlySet<string>>(() => this.#logged(async () => new Set(await this.names())), rare);
    this.#spare = new Allowance(SPARE_READS, now);
  }

  /**
   * The namespace that the token opens; undefined where it opens none.
   *
   * A token that carries its namespace costs at most one read, right or wrong; any other, at most one read of all namespaces a
   * minute and then that one. What was read is kept for a minute, and yet a token that was added to a document since is let in
   * ten seconds after the last read, since one that is not known makes its namespace be read anew. Of these reads, and of those of
   * namespaces that do not exist, there are at most 30 a minute, however many wrong tokens come; beyond that, the list of names,
   * read at most once a minute, tells which namespaces there are.
   *
   * @throws CheckError where the store does not answer, and never did for what is needed.
   */
  async find(token: string): Promise<Namespace | undefined> {
    if (!isTokenLike(token)) return undefined;
    const carried = namespaceOf(token);
    const name = carried ?? (await this.#lookUp(token));
    if (name === undefined) return undefined;
    const namespace = await this.#namespaceOfStranger(name);
    if (opens(token, namespace)) return namespace;
    // An index that is younger than the document knows better whose token it is.
    const newer = await this.#readEarly(name, carried === undefined ? this.#index.ageMs + 1 : READ_EARLY_MS);
    return opens(token, newer) ? newer : undefined;
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
          throw new UnhealthyError(`${this.#target} has no secret ${secret ?? namespace}; create or restore it there`);
        if (secret === undefined) await parse(namespace, text);
      } catch (error) {
        if (error instanceof DocumentError)
          throw new UnhealthyError(
            `${this.#target} has a document ${namespace} that is refused: ${error.message}; correct it, or its tokens soon open nothing`,
          );
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

  /** As `namespace`, on behalf of somebody whose token may be made up: does not read just any name. */
  async #namespaceOfStranger(name: string): Promise<Namespace | undefined> {
    const kept = this.#namespaces.get(name);
    const isKnown = kept !== undefined && (kept.last !== undefined || !kept.isDue());
    if (!isKnown && !this.#spare.take() && !(await this.#names.get()).has(name)) return undefined;
    return this.namespace(name);
  }

  async #readEarly(name: string, maxAgeMs: number): Promise<Namespace | undefined> {
    const kept = this.#namespaces.get(name);
    return kept?.isDue(maxAgeMs) === true && this.#spare.take() ? kept.get(maxAgeMs) : undefined;
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
        const namespace = await parse(name, text, (secret) => this.#store.readSecret(secret, signal));
        if (namespace.fingerprint === previous?.fingerprint) return previous;
        if (namespace.incomplete && previous !== undefined)
          throw new ConnectionError(`${this.#target} did not give all secrets`);
        const problems = namespace.problems.slice(0, MAX_LOGGED);
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
    const waiting = groupsOf(
      [...(await this.#names.get(RETRY_MS))],
      this.#store.readMany === undefined ? 1 : MAX_AT_ONCE,
    );
    const found = new Map<string, string>();
    const unread: string[] = [];
    await within(READ_ALL_WITHIN_MS, this.#target, undefined, async (signal) => {
      const readOn = async (): Promise<void> => {
        for (let names = waiting.pop(); names !== undefined && !signal.aborted; names = waiting.pop()) {
          for (const [name, digests] of await this.#digestsOf(names, signal)) {
            if (digests === undefined) unread.push(name);
            for (const tokenDigest of digests ?? []) found.set(tokenDigest, name);
          }
        }
      };
      await Promise.all(Array.from({ length: READS_AT_ONCE }, readOn)).finally(() => (waiting.length = 0));
    });
    if (unread.length > 0)
      this.#log.error('some namespaces cannot be read', {
        count: unread.length,
        namespaces: unread.slice(0, MAX_LOGGED),
      });
    return { namespaceOf: found, complete: unread.length === 0 };
  }

  async #logged<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.#log.error('the namespaces cannot be read', { vault: this.#store.location, error });
      throw error;
    }
  }

  /** Of each namespace the digests of its tokens; undefined where it cannot be read. */
  async #digestsOf(names: readonly string[], signal: AbortSignal): Promise<[string, readonly string[] | undefined][]> {
    const texts = await this.#store.readMany?.(names, signal);
    const digests = async (name: string): Promise<readonly string[] | undefined> => {
      try {
        if (texts === undefined) return (await this.namespace(name))?.tokenDigests ?? [];
        const text = texts.get(name);
        if (text instanceof Error) throw text;
        return text === undefined ? [] : await this.#digestsIn(text, signal);
      } catch (error) {
        return error instanceof DocumentError ? [] : undefined; // what is refused is logged when it is asked for by its name
      }
    };
    return Promise.all(
      names.map(async (name) => [name, await digests(name)] as [string, readonly string[] | undefined]),
    );
  }

  /** Reads only the secrets that tokens refer to: the others are for whom the token opens. */
  async #digestsIn(text: string, signal: AbortSignal): Promise<readonly string[]> {
    const { findTokens } = await import('../document/access-tokens.ts');
    let failure: { readonly error: unknown } | undefined;
    const places = await findTokens(text, async (secret) => {
      try {
        return await this.#store.readSecret(secret, signal);
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
    if (failure !== undefined) throw failure.error;
    return places.flatMap(({ digest: tokenDigest }) => tokenDigest ?? []);
  }
}

/** By a module of its own, since a wrong token's answer needs none of the kinds of check. */
async function parse(...args: Parameters<typeof parseNamespace>): Promise<Namespace> {
  return (await import('../document/namespace.ts')).parseNamespace(...args);
}

function opens(token: string, namespace: Namespace | undefined): namespace is Namespace {
  return namespace !== undefined && !namespace.disabled && matches(token, namespace.tokenDigests);
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
