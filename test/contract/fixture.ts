/** What the contract suite must know about a kind: checks that lead to each of the cases that every kind must pass. */
import type { Addresses } from '../stack/addresses.ts';
import type { EndlessAnswers } from '../support/endless.ts';

/** A check as a namespace's document has it. */
export type Leaf = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A case that some kinds cannot have: a port to aim at, a socket that connects, a host name to resolve, TLS. */
export type Column = 'at' | 'connecting' | 'host name' | 'TLS' | 'endless answer';

/** A leaf that must not work. */
export interface Failure {
  readonly leaf: Leaf;
  readonly error: RegExp;
  /** Figures that are learned before it fails. */
  readonly figures?: readonly string[];
  /** Whether each of its addresses answers, so that none of them may be blamed. */
  readonly isAnswered?: boolean;
}

export interface KindFixture {
  readonly kind: string;
  /** Leaves that must work with the real servers. The test is named `works with <key>`. */
  readonly works: (stack: Addresses) => Readonly<Record<string, Leaf>>;
  /** Figures that each of those must have. */
  readonly figures?: readonly string[];
  /** Further figures, which only some of them have. */
  readonly figuresOfSome?: readonly string[];
  /**
   * A leaf that works if there is a real server at 127.0.0.1 and this port. The suite puts other things there: nothing,
   * a server that never answers, one that closes every connection, one that answers garbage, and a slow proxy to the
   * real server at `realPort`.
   */
  readonly at?: (port: number, stack: Addresses) => Leaf;
  /** Environment variables that aim the leaf of `at` at the port. For a kind whose target is not a key of the leaf. */
  readonly environment?: (port: number) => Readonly<Record<string, string>>;
  /** The port of the real server that the leaf of `at` needs. */
  readonly realPort?: (stack: Addresses) => number;
  /** What `needs` calls the server of `at`: `127.0.0.1:<port>` unless given. */
  readonly address?: string;
  /** A leaf like that of `at` for a server that speaks TLS with a certificate of this authority (PEM). */
  readonly overTls?: (port: number, ca: string, stack: Addresses) => Leaf;
  /** Answers without end that the leaf of `at` must give up on. The test is named `gives up on <key> without end`. */
  readonly endless?: EndlessAnswers;
  /** Further figures that the leaf of `overTls` must have. */
  readonly figuresOverTls?: readonly string[];
  /** The cases that the kind cannot have, each with the reason in a word. */
  readonly lacks?: Partial<Record<Column, string>>;
  /**
   * What to expect instead where the kind rightly differs. For example, a TCP check works with a server that never
   * answers.
   */
  readonly faults?: Partial<Record<'refused' | 'blackHole' | 'closes' | 'garbage' | 'slow' | 'aborted', RegExp>>;
  /** A leaf with wrong credentials: `secret` is the password or token. Left out for a kind without credentials. */
  readonly wrongCredentials?: (stack: Addresses, secret: string) => Leaf;
  /** Leaves that must not work. The test is named `reports <key>`. */
  readonly fails?: (stack: Addresses) => Readonly<Record<string, Failure>>;
}
