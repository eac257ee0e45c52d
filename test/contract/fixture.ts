/** What the contract suite must know about a kind: checks that lead to each of the cases that every kind must pass. */
import type { Addresses } from '../stack/addresses.ts';

/** A check as a namespace's document has it. */
export type Leaf = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface KindFixture {
  readonly kind: string;
  /** Leaves that must work with the real servers. The test is named `works with <key>`. */
  readonly works: (stack: Addresses) => Readonly<Record<string, Leaf>>;
  /**
   * A leaf that works if there is a real server at 127.0.0.1 and this port. The suite puts other things there: nothing,
   * a server that never answers, one that closes every connection, one that answers garbage, and a slow proxy to the
   * real server at `realPort`. Left out for a kind that has no target of its own.
   */
  readonly at?: (port: number, stack: Addresses) => Leaf;
  /** Environment variables that aim the leaf of `at` at the port. For a kind whose target is not a key of the leaf. */
  readonly environment?: (port: number) => Readonly<Record<string, string>>;
  /** The port of the real server that the leaf of `at` needs. */
  readonly realPort?: (stack: Addresses) => number;
  /**
   * What to expect instead where the kind rightly differs. For example, a TCP check works with a server that never
   * answers.
   */
  readonly faults?: Partial<Record<'refused' | 'blackHole' | 'closes' | 'garbage' | 'slow' | 'aborted', RegExp>>;
  /** A leaf with wrong credentials: `secret` is the password or token. Left out for a kind without credentials. */
  readonly wrongCredentials?: (stack: Addresses, secret: string) => Leaf;
  /** Leaves that must not work, each with its error. The test is named `reports <key>`. */
  readonly fails?: (stack: Addresses) => Readonly<Record<string, { leaf: Leaf; error: RegExp }>>;
}
