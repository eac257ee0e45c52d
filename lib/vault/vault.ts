/** The namespaces of a store: found by token, kept for a minute, or up to an hour while the store does not answer. */
import { environmentOf } from '../document/environment.ts';
import type { Namespace } from '../document/namespace.ts';
import type { AnySetting } from '../document/settings.ts';
import { digest, isTokenLike, matches, NAMESPACE, namespaceOf } from '../document/tokens.ts';
import type { ProveVault, VaultAccess } from '../engine/types.ts';
import { CheckError, MAX_MESSAGE_LENGTH, shortLine, UnhealthyError } from '../errors.ts';
import type { Log } from '../log.ts';
import { DocumentError } from '../problem.ts';
import { Allowance } from './allowance.ts';
import { KeptNamespace, parse } from './namespace-reader.ts';
import type { ReaderOptions } from './namespace-reader.ts';
import { readDocument } from './stores/document.ts';
import type { Store } from './stores/store.ts';
import type { TokenIndex } from './token-index.ts';

/** Milliseconds after which an unknown token makes its namespace be read again: the token may be new. */
const READ_EARLY_MS = 10_000;
/** Reads a minute that wrong tokens may cause: of namespaces that may not exist, or that are still fresh. */
const SPARE_READS = 30;
/** Names that are remembered, including those of namespaces that do not exist. */
const MAX_REMEMBERED = 10_000;

export interface VaultOptions {
  readonly now?: () => number;
  /** Additional settings that documents may have, from the layers that use them. */
  readonly settings?: readonly AnySetting[];
  /** The environment, of which documents may read the variables that HEALTHGATE_ENV lists; the process's unless set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a token opens. */
export interface Opened {
  readonly namespace: Namespace;
  /** Whether the token opens no more than the summary. */
  readonly summary: boolean;
}

export class Vault {
  readonly #reading: ReaderOptions;
  readonly #namespaces = new Map<string, KeptNamespace>();
  #index: Promise<TokenIndex> | undefined;
  readonly #spare: Allowance;

  constructor(store: Store, log: Log, { now = Date.now, settings = [], env = process.env }: VaultOptions = {}) {
    this.#reading = { store, log, now, settings, readEnv: environmentOf(env) };
    this.#spare = new Allowance(SPARE_READS, now);
  }

  /**
   * The namespace that the token opens, and how far; undefined if it opens none.
   *
   * A token that carries its namespace's name costs at most one read, whether right or wrong. For other tokens, all
   * namespaces are read, at most once a minute, and then the one that the token opens. Namespaces are kept for a
   * minute. A new token works ten seconds after its namespace was last read, since an unknown token makes its namespace
   * be read again. However many wrong tokens come, they cause at most 30 reads a minute, of fresh and of missing
   * namespaces together. Beyond that, a list of names shows which namespaces exist; it is read at most once a minute.
   *
   * @throws CheckError if the store does not answer, and has never answered for what is needed.
   */
  async find(token: string): Promise<Opened | undefined> {
    if (!isTokenLike(token)) return undefined;
    const carried = namespaceOf(token);
    const index = carried === undefined ? await this.#tokenIndex() : undefined;
    const name = carried ?? (await index?.find(digest(token)));
    if (name === undefined) return undefined;
    const namespace = await this.#namespaceOfStranger(name);
    const opened = open(token, namespace);
    if (opened !== undefined) return opened;
    // If the index is newer than the document, it is right about the token, and the document must be read again.
    const newer = await this.#readEarly(name, index === undefined ? READ_EARLY_MS : index.ageMs + 1);
    return open(token, newer);
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
    const { listNames } = await import('./token-index.ts');
    return listNames(this.#reading.store);
  }

  /** The vault as a run of this namespace sees it. */
  access(namespace: string): VaultAccess {
    return { isRemote: this.#reading.store.isRemote, prove: this.#prover(namespace) };
  }

  #prover(namespace: string): ProveVault {
    return async (secret, signal) => {
      try {
        if (secret === undefined) await this.#proveDocument(namespace, signal);
        else if ((await this.#reading.store.readSecret(secret, signal)) === undefined) throw this.#missing(secret);
      } catch (error) {
        const kept = this.#namespaces.get(namespace);
        const minutes = String(Math.round((kept?.ageMs ?? 0) / 60_000));
        const inUse = `the version read ${minutes} min ago is in use`;
        if (error instanceof DocumentError)
          throw new UnhealthyError(
            `${this.#target} has an unusable document ${namespace}: ${error.message}; ` +
              `correct it${kept?.last === undefined ? '' : `: ${inUse}, for up to an hour`}`,
          );
        if (!(error instanceof CheckError) || kept?.staleMs === undefined) throw error;
        // The words of a server may fill a message, and this must not be cut off.
        const room = MAX_MESSAGE_LENGTH - inUse.length - 2;
        throw new CheckError(error.code, `${shortLine(error.message, room)}; ${inUse}`);
      }
    };
  }

  async #proveDocument(namespace: string, signal: AbortSignal): Promise<void> {
    const { store, settings } = this.#reading;
    const document = await readDocument(store, namespace, signal);
    if (document === undefined) throw this.#missing(namespace);
    await parse(namespace, document.text, { format: document.format, settings });
  }

  #missing(secret: string): UnhealthyError {
    return new UnhealthyError(`${this.#target} has no secret ${secret}; create or restore it there`);
  }

  get #target(): string {
    return `vault ${this.#reading.store.location}`;
  }

  /** Loaded only when it is needed: most tokens carry their namespace's name. */
  #tokenIndex(): Promise<TokenIndex> {
    const { store, log, now, readEnv } = this.#reading;
    this.#index ??= import('./token-index.ts').then(
      (module) =>
        new module.TokenIndex({
          store,
          log,
          now,
          readEnv,
          digestsOf: async (name) => digestsIn(await this.namespace(name)),
          lastDigestsOf: (name) => digestsIn(this.#namespaces.get(name)?.last),
        }),
    );
    return this.#index;
  }

  /** Like `namespace`, for a token that may be made up: limits the reads of unknown names. */
  async #namespaceOfStranger(name: string): Promise<Namespace | undefined> {
    const kept = this.#namespaces.get(name);
    const isKnown = kept !== undefined && (kept.last !== undefined || !kept.isDue());
    if (!isKnown && !this.#spare.take() && !(await (await this.#tokenIndex()).has(name))) return undefined;
    return this.namespace(name);
  }

  async #readEarly(name: string, maxAgeMs: number): Promise<Namespace | undefined> {
    const kept = this.#namespaces.get(name);
    return kept?.isDue(maxAgeMs) === true && this.#spare.take() ? kept.get(maxAgeMs) : undefined;
  }

  #kept(name: string): KeptNamespace {
    const kept = this.#namespaces.get(name) ?? new KeptNamespace(name, this.#reading);
    // The last requested namespace comes last, so that the first one is the one to forget.
    this.#namespaces.delete(name);
    this.#namespaces.set(name, kept);
    const [oldest] = this.#namespaces.keys();
    if (this.#namespaces.size > MAX_REMEMBERED && oldest !== undefined) this.#namespaces.delete(oldest);
    return kept;
  }
}

function open(token: string, namespace: Namespace | undefined): Opened | undefined {
  if (namespace === undefined || namespace.disabled) return undefined;
  // Both comparisons are made for every token, so that the time tells nothing.
  const [isAccess, isSummary] = [namespace.tokenDigests, namespace.summaryDigests].map((list) => matches(token, list));
  return isAccess === true || isSummary === true ? { namespace, summary: isAccess !== true } : undefined;
}

function digestsIn(namespace: Namespace | undefined): readonly string[] {
  return [...(namespace?.tokenDigests ?? []), ...(namespace?.summaryDigests ?? [])];
}
