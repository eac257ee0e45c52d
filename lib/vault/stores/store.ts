/** The interface of the places that store documents: a folder, AWS Secrets Manager, HashiCorp Vault, one file each. */

import type { DocumentFormat } from '../../document/json.ts';
import type { Problem } from '../../problem.ts';

/** A document as a store has it. */
export interface StoredDocument {
  readonly text: string;
  readonly format: DocumentFormat;
  /** What is doubtful about where it is stored. */
  readonly problems: readonly Problem[];
  /** Its file, if it is one. */
  readonly file?: string;
}

/**
 * A store of documents. All that it knows of namespaces is their names. Every method throws a `CheckError`, and stops
 * when the signal is aborted.
 */
export interface Store {
  /** Whether it is reached over the network. */
  readonly isRemote: boolean;
  /** Its name for messages: `file:vault`. */
  readonly location: string;
  /** The document of a namespace; undefined if there is none. Throws a `DocumentError` if it is not text. */
  read(namespace: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Reads many documents with fewer calls, if the store supports that: a map from each namespace to its document, or to
   * the error that `read` would throw. Missing documents are left out.
   */
  readMany?(namespaces: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string | Error>>;
  /**
   * Reads a document and these secrets with fewer calls, if the store supports that.
   *
   * @returns What has their texts, and reads all others now. It throws what the store itself would.
   */
  together?(namespace: string, secrets: readonly string[], signal: AbortSignal): Promise<Reads>;
  /** Like `read`, if the store has documents that are not JSON. */
  readDocument?(namespace: string, signal: AbortSignal): Promise<StoredDocument | undefined>;
  /**
   * A short text that changes when a document or a secret does, if the store can tell without reading it. Never throws.
   */
  stamp?(of: { readonly namespace: string } | { readonly secret: string }): Promise<string>;
  /** A secret that a document refers to; undefined if there is none. */
  readSecret(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** The names of all namespaces. */
  list(signal: AbortSignal): Promise<string[]>;
  /** Creates or replaces the document of a namespace. */
  write(namespace: string, text: string, signal: AbortSignal): Promise<void>;
}

/** What can be read of a store. */
export type Reads = Pick<Store, 'read' | 'readDocument' | 'readSecret'>;
