/** The namespaces of a store: found by token, kept for a minute, or up to an hour while the store does not answer. */
import { setMaxListeners } from 'node:events';
import type { Namespace, parseNamespace } from '../document/namespace.ts';
import type { AnySetting } from '../document/settings.ts';
import { digest, isTokenLike, matches, NAMESPACE, namespaceOf } from '../document/tokens.ts';
import { within } from '../engine/deadline.ts';
import type { ProveVault, VaultAccess } from '../engine/types.ts';
import { CheckError, ConnectionError, UnhealthyError } from '../errors.ts';
import type { Log } from '../log.ts';
import { DocumentError } from '../problem.ts';
import { Allowance } from './allowance.ts';
import { KEEP_MS, Kept, RETRY_MS } from './kept.ts';
import type { Store } from './stores/store.ts';
import { listNames, TokenIndex } from './token-index.ts';

/** Milliseconds that one read from the store may take. */
const READ_WITHIN_MS = 3_000;
/** Milliseconds after which an unknown token makes its namespace be read again: the token may be new. */
const READ_EARLY_MS = 10_000;
/** Reads a minute that wrong tokens may cause: of namespaces that may not exist, or that are still fresh. */
const SPARE_READS = 30;
/** Names that are remembered, including those of namespaces that do not exist. */
const MAX_REMEMBERED = 10_000;
const MAX_LOGGED = 20;

export interface VaultOptions {
  readonly now?: () => number;
  /** Additional settings that documents may have, from the layers that use them. */
  readonly settings?: readonly AnySetting[];
}

export class Vault {
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #settings: readonly AnySetting[];
  readonly #namespaces = new Map<string, Kept<Namespace | undefined>>();
  readonly #index: TokenIndex;
  readonly #spare: Allowance;

  constructor(store: Store, log: Log, { now = Date.now, settings = [] }: VaultOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
    this.#settings = settings;
    const digestsOf = async (name: string) => (await this.namespace(name))?.tokenDigests ?? [];
    this.#index = new TokenIndex({ store, log, now, digestsOf });
    this.#spare = new Allowance(SPARE_READS, now);
  }

  /**
   * The namespace that the token opens; undefined if it opens none.
   *
   * A token that carries its namespace's name costs at most one read, whether right or wrong. For other tokens, all
   * namespaces are read, at most once a minute, and then the one that the token opens. Namespaces are kept for a
   * minute. A new token works ten seconds after its namespace was last read, since an unknown token makes its namespace
   * be read again. However many wrong tokens come, they cause at most 30 reads a minute, of fresh and of missing
   * namespaces together. Beyond that, a list of names shows which namespaces exist; it is read at most once a minute.
   *
   * @throws CheckError if the store does not answer, and has never answered for what is needed.
   */
  async find(token: string): Promise<Namespace | undefined> {
    if (!isTokenLike(token)) return undefined;
    const carried = namespaceOf(token);
    const name = carried ?? (await this.#index.find(digest(token)));
    if (name === undefined) return undefined;
    const namespace = await this.#namespaceOfStranger(name);
    if (opens(token, namespace)) return namespace;
    // If the index is newer than the document, it is right about the token, and the document must be read again.
    const newer = await this.#readEarly(name, carried === undefined ? this.#index.ageMs + 1 : READ_EARLY_MS);
    return opens(token, newer) ? newer : undefined;
  }

  /**
   * A namespace by its name; undefined if there is none, or if its document cannot be used.
   *
   * @throws CheckError if the store does not answer, and has never answered for this name.
   */
  async namespace(name: string): Promise<Namespace | undefined> {
    if (!NAMESPACE.test(name)) return undefined;
    return this.#kept(name).get();
  }

  /** The names of all namespaces in the store. */
  async names(): Promise<string[]> {
    return listNames(this.#store);
  }

  /** The vault as a run of this namespace sees it. */
  access(namespace: string): VaultAccess {
    return { isRemote: this.#store.isRemote, prove: this.#prover(namespace) };
  }

  #prover(namespace: string): ProveVault {
    return async (secret, signal) => {
      try {
        const text = await (secret === undefined
          ? this.#store.read(namespace, signal)
          : this.#store.readSecret(secret, signal));
        if (text === undefined)
          throw new UnhealthyError(`${this.#target} has no secret ${secret ?? namespace}; create or restore it there`);
        if (secret === undefined) await parse(namespace, text, { settings: this.#settings });
      } catch (error) {
        if (error instanceof DocumentError)
          throw new UnhealthyError(
            `${this.#target} has an unusable document ${namespace}: ${error.message}; ` +
              'correct it, or its tokens will soon stop working',
          );
        const staleMs = this.#namespaces.get(namespace)?.staleMs;
        if (!(error instanceof CheckError) || staleMs === undefined) throw error;
        const minutes = Math.round(staleMs / 60_000);
        throw new CheckError(error.code, `${error.message}; the version read ${String(minutes)} min ago is in use`);
      }
    };
  }

  get #target(): string {
    return `vault ${this.#store.location}`;
  }

  /** Like `namespace`, for a token that may be made up: limits the reads of unknown names. */
  async #namespaceOfStranger(name: string): Promise<Namespace | undefined> {
    const kept = this.#namespaces.get(name);
    const isKnown = kept !== undefined && (kept.last !== undefined || !kept.isDue());
    if (!isKnown && !this.#spare.take() && !(await this.#index.has(name))) return undefined;
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
    // The last requested namespace comes last, so that the first one is the one to forget.
    this.#namespaces.delete(name);
    this.#namespaces.set(name, kept);
    const [oldest] = this.#namespaces.keys();
    if (this.#namespaces.size > MAX_REMEMBERED && oldest !== undefined) this.#namespaces.delete(oldest);
    return kept;
  }

  async #read(name: string, previous: Namespace | undefined): Promise<Namespace | undefined> {
    try {
      return await within({ limitMs: READ_WITHIN_MS, from: this.#target }, async (signal) => {
        setMaxListeners(0, signal); // one for each secret of a document: no leak to warn of
        const text = await this.#store.read(name, signal);
        if (text === undefined) return undefined;
        const namespace = await parse(name, text, {
          readSecret: (secret) => this.#store.readSecret(secret, signal),
          settings: this.#settings,
        });
        if (namespace.fingerprint === previous?.fingerprint) return previous;
        if (namespace.incomplete && previous !== undefined)
          throw new ConnectionError(`${this.#target} did not return all secrets`);
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
}

/** Loaded when first needed, since the answer to a wrong token needs none of the kinds of check. */
async function parse(...args: Parameters<typeof parseNamespace>): Promise<Namespace> {
  return (await import('../document/namespace.ts')).parseNamespace(...args);
}

function opens(token: string, namespace: Namespace | undefined): namespace is Namespace {
  return namespace !== undefined && !namespace.disabled && matches(token, namespace.tokenDigests);
}
