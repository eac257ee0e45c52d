/** What the contract suite needs to know about a kind: documents that reach each of the cases that every kind must pass. */
import type { Addresses } from '../stack/addresses.ts';

/** A leaf of a namespace's document. */
export type Leaf = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface KindFixture {
  readonly kind: string;
  /** Leaves that must work against the real stack, by a name for the test. */
  readonly works: (stack: Addresses) => Readonly<Record<string, Leaf>>;
  /**
   * A leaf that would work, but for its target: host 127.0.0.1 and this port. The suite puts there: nothing, a black hole, a server
   * that closes at once, one that answers garbage, and a slow road to the real server (of the port `realPort`).
   * Left out where the kind has no target of its own.
   */
  readonly at?: (port: number, stack: Addresses) => Leaf;
  /** What leads there where the target is no key of the leaf: set in the environment while the leaf of `at` runs. */
  readonly environment?: (port: number) => Readonly<Record<string, string>>;
  /** Port of the real server behind `at`, for the slow road. */
  readonly realPort?: (stack: Addresses) => number;
  /** What to expect instead where a kind rightly differs: a TCP check is content with a server that never answers. */
  readonly faults?: Partial<Record<'refused' | 'blackHole' | 'closes' | 'garbage' | 'slow' | 'aborted', RegExp>>;
  /** A leaf with wrong credentials, in which `secret` stands as the password or token. Left out where the kind has none. */
  readonly wrongCredentials?: (stack: Addresses, secret: string) => Leaf;
  /** Answers that are bad, each with the error that it must be. */
  readonly fails?: (stack: Addresses) => Readonly<Record<string, { leaf: Leaf; error: RegExp }>>;
}
