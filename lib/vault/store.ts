/** Where documents are kept: a folder, AWS Secrets Manager, HashiCorp Vault. One file each beside this one. */

/** Knows nothing of namespaces beyond their names. Every method throws a `CheckError`, and stops when the signal is aborted. */
export interface Store {
  /** How people call it, for messages: `file:vault`. */
  readonly location: string;
  /** The document of a namespace; undefined where there is none. */
  read(namespace: string, signal: AbortSignal): Promise<string | undefined>;
  /** A secret that a document refers to; undefined where there is none. */
  readSecret(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** Names of all namespaces. */
  list(signal: AbortSignal): Promise<string[]>;
  /** Makes or replaces the document of a namespace. */
  write(namespace: string, text: string, signal: AbortSignal): Promise<void>;
}
