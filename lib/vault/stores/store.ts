/** Where documents are kept: a folder, AWS Secrets Manager, HashiCorp Vault. One file each beside this one. */

/** Knows nothing of namespaces beyond their names. Every method throws a `CheckError`, and stops when the signal is aborted. */
export interface Store {
  /** Whether it is reached over the network. */
  readonly isRemote: boolean;
  /** How people call it, for messages: `file:vault`. */
  readonly location: string;
  /** The document of a namespace; undefined where there is none. Throws a `DocumentError` where it is not text. */
  read(namespace: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Many documents with fewer calls than one each, where the store can: by namespace, its document, or the error that
   * `read` would throw. Those that do not exist are left out.
   */
  readMany?(namespaces: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string | Error>>;
  /** A secret that a document refers to; undefined where there is none. */
  readSecret(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** Names of all namespaces. */
  list(signal: AbortSignal): Promise<string[]>;
  /** Makes or replaces the document of a namespace. */
  write(namespace: string, text: string, signal: AbortSignal): Promise<void>;
}
