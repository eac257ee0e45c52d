/** Reads one namespace from a store, and keeps it. */
import { setMaxListeners } from 'node:events';
import { isRecent } from '../clock.ts';
import type { ReadEnv } from '../document/environment.ts';
import type { Namespace, parseNamespace } from '../document/namespace.ts';
import type { AnySetting } from '../document/settings.ts';
import { within } from '../engine/deadline.ts';
import { ConnectionError } from '../errors.ts';
import type { Log } from '../log.ts';
import { DocumentError } from '../problem.ts';
import { KEEP_MS, Kept, RETRY_MS } from './kept.ts';
import { readDocument } from './stores/document.ts';
import type { Store } from './stores/store.ts';

/** Milliseconds that one read from the store may take. */
const READ_WITHIN_MS = 3_000;
/** Milliseconds until a refused document is read again while an older version serves. */
const REFUSED_MS = 10_000;
/** Milliseconds between two looks at whether a document has changed, if the store can tell. */
export const LOOK_MS = 1_000;
const MAX_LOGGED = 20;

export interface ReaderOptions {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  readonly settings: readonly AnySetting[];
  readonly readEnv: ReadEnv;
}

/** A namespace by its name: kept for a minute, or until its store tells that it has changed. */
export class KeptNamespace {
  readonly #name: string;
  readonly #options: ReaderOptions;
  readonly #kept: Kept<Namespace | undefined>;
  /** What the store told of the document and its secrets before they were read, by their names. */
  #stamps = new Map<string, string>();
  #lookedAt = -Infinity;
  /** The secrets that the document referred to when it was read last: it probably still does. */
  #secrets: readonly string[] = [];
  #lastRefusal: string | undefined;

  constructor(name: string, options: ReaderOptions) {
    this.#name = name;
    this.#options = options;
    this.#kept = new Kept<Namespace | undefined>((previous) => this.#read(previous), {
      keepMs: (namespace) => (namespace?.incomplete === true ? RETRY_MS : KEEP_MS),
      pauseMs: (error) => (error instanceof DocumentError ? REFUSED_MS : undefined),
      now: options.now,
    });
  }

  /**
   * Undefined if there is no such namespace, or if its document is refused and no version of the last hour is known.
   *
   * @param maxAgeMs The namespace is read again if it is older.
   * @throws CheckError if the store does not answer, and has never answered for this name.
   */
  async get(maxAgeMs = Infinity): Promise<Namespace | undefined> {
    if (this.#mayLook() && (await this.#hasChanged())) this.#kept.expire();
    try {
      return await this.#kept.get(maxAgeMs);
    } catch (error) {
      if (error instanceof DocumentError) return undefined;
      throw error;
    }
  }

  /** Whether `get` would read it, apart from changes that the store tells of. */
  isDue(maxAgeMs?: number): boolean {
    return this.#kept.isDue(maxAgeMs);
  }

  /** The version that was read last, however long ago. */
  get last(): Namespace | undefined {
    return this.#kept.last;
  }

  /** Milliseconds since that version was read. */
  get ageMs(): number {
    return this.#kept.ageMs;
  }

  /** Milliseconds since the version in use was read, if a newer one cannot be read or is refused. */
  get staleMs(): number | undefined {
    return this.#kept.staleMs;
  }

  #mayLook(): boolean {
    return this.#stamps.size > 0 && !isRecent(this.#lookedAt, LOOK_MS, this.#options.now());
  }

  async #hasChanged(): Promise<boolean> {
    this.#lookedAt = this.#options.now();
    const before = [...this.#stamps];
    const after = await Promise.all(before.map(([name]) => this.#stamp(name)));
    return before.some(([, stamp], index) => stamp !== after[index]);
  }

  /** @param secret The name of a secret; empty for the document itself. */
  async #stamp(secret: string): Promise<string> {
    return (await this.#options.store.stamp?.(secret === '' ? { namespace: this.#name } : { secret })) ?? '';
  }

  async #read(previous: Namespace | undefined): Promise<Namespace | undefined> {
    const { store, log } = this.#options;
    try {
      const namespace = await within({ limitMs: READ_WITHIN_MS, from: `vault ${store.location}` }, (signal) =>
        this.#readWithin(previous, signal),
      );
      this.#lastRefusal = undefined;
      return namespace;
    } catch (error) {
      if (!(error instanceof DocumentError)) {
        log.error('a namespace cannot be read', { namespace: this.#name, vault: store.location, error });
        throw error;
      }
      this.#logRefusal(error.message, previous);
      if (previous !== undefined) throw error;
      return undefined;
    }
  }

  /** Once a mistake, since the document is read again and again while the older version serves. */
  #logRefusal(problem: string, previous: Namespace | undefined): void {
    if (previous !== undefined && problem === this.#lastRefusal) return;
    this.#lastRefusal = problem;
    const inUse = previous && { inUse: 'the version before it, for up to an hour after it was read' };
    this.#options.log.error('a namespace is refused', { namespace: this.#name, problem, ...inUse });
  }

  async #readWithin(previous: Namespace | undefined, signal: AbortSignal): Promise<Namespace | undefined> {
    const { store, log, settings, readEnv } = this.#options;
    setMaxListeners(0, signal); // one for each secret of a document: no leak to warn of
    const stamps = new Map<string, string>();
    const note = async (secret: string) => {
      // Before the read, so that a change during the read is noticed.
      if (store.stamp !== undefined) stamps.set(secret, await this.#stamp(secret));
    };
    this.#stamps = stamps;
    this.#lookedAt = this.#options.now();
    await note('');
    const reads = (await store.together?.(this.#name, this.#secrets, signal)) ?? store;
    const document = await readDocument(reads, this.#name, signal);
    if (document === undefined) return undefined;
    const secrets: string[] = [];
    const namespace = await parse(this.#name, document.text, {
      format: document.format,
      readSecret: async (secret) => {
        secrets.push(secret);
        await note(secret);
        return reads.readSecret(secret, signal);
      },
      readEnv,
      settings,
    });
    this.#secrets = secrets;
    if (namespace.fingerprint === previous?.fingerprint) return previous;
    if (namespace.incomplete && previous !== undefined)
      throw new ConnectionError(`vault ${store.location} did not return all secrets`);
    const problems = [...document.problems, ...namespace.problems].slice(0, MAX_LOGGED);
    if (problems.length > 0) log.warn('a namespace has mistakes', { namespace: this.#name, problems });
    return namespace;
  }
}

/** Loaded when first needed, since the answer to a wrong token needs none of the kinds of check. */
export async function parse(...args: Parameters<typeof parseNamespace>): Promise<Namespace> {
  return (await import('../document/namespace.ts')).parseNamespace(...args);
}
