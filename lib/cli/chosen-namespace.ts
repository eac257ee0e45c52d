/** The namespace that a command works on. Mistakes in its document are told in words, not as lines of a log. */
import { didYouMean } from '../did-you-mean.ts';
import type { Namespace } from '../document/namespace.ts';
import { ConfigurationError } from '../errors.ts';
import type { Log } from '../log.ts';
import { mistakesInSetUp } from '../record/set-up.ts';
import type { Store } from '../vault/stores/store.ts';
import { Vault } from '../vault/vault.ts';
import { UsageError } from './command.ts';
import type { Terminal } from './command.ts';
import { inspectNamespace } from './inspected.ts';
import { program } from './program.ts';
import { lineOf } from './validate.ts';

export class Namespaces {
  readonly vault: Vault;
  readonly #store: Store;
  readonly #terminal: Terminal;
  /** Whether the vault had something to say since the last time. */
  #hasNews = false;
  /** The version of the document that was inspected last. */
  #inspected: Namespace | undefined;

  constructor(store: Store, terminal: Terminal) {
    const note = () => {
      this.#hasNews = true;
    };
    const log: Log = { info: note, warn: note, error: note, hiding: () => log };
    this.vault = new Vault(store, log);
    this.#store = store;
    this.#terminal = terminal;
  }

  /**
   * The namespace of that name, or the only one of the vault. Its mistakes are told once.
   *
   * @throws UsageError if there is none, or several.
   * @throws ConfigurationError if its document cannot be used.
   */
  async choose(asked: string | undefined): Promise<Namespace> {
    const { location } = this.#store;
    const names = asked === undefined ? await this.vault.names() : [asked];
    const [name] = names;
    if (name === undefined) throw new UsageError(`no namespace in ${location}`);
    if (names.length > 1) throw new UsageError(`--namespace: which one? ${names.sort().slice(0, 20).join(', ')}`);
    const namespace = await this.vault.namespace(name);
    if (namespace !== undefined) await this.#inspectSetUp(namespace);
    const file = this.#hasNews ? await this.#tellMistakes(name) : name;
    if (namespace !== undefined) return namespace;
    const known = await this.vault.names();
    if (known.includes(name))
      throw new ConfigurationError(`${file} cannot be used; correct it, and ask ${program()} validate ${location}`);
    throw new UsageError(`namespace ${JSON.stringify(name)}: not in ${location}${didYouMean(name, known)}`);
  }

  /** The vault says nothing of what the document says about notices and maintenance. */
  async #inspectSetUp(namespace: Namespace): Promise<void> {
    if (this.#inspected === namespace) return;
    this.#inspected = namespace;
    if ((await mistakesInSetUp(namespace)).length > 0) this.#hasNews = true;
  }

  /** @returns What the document is called. */
  async #tellMistakes(namespace: string): Promise<string> {
    this.#hasNews = false;
    const { name, problems } = await inspectNamespace(this.#store, namespace, {
      signal: this.#terminal.signal,
      reads: true,
    });
    for (const problem of problems) this.#terminal.err(`${lineOf(name, problem)}\n`);
    return name;
  }
}
