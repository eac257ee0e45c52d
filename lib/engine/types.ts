/** The types that every layer shares. The answer is the configuration with every leaf replaced by its result. */
import type { Connect } from './connections.ts';
import type { ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';

/** `degraded`: only non-critical checks fail. */
export type Verdict = 'working' | 'degraded' | 'failing';

/** A leaf of a namespace's tree: one thing to prove. */
export interface Check {
  readonly name: string;
  /** Names from the top of the tree to this check. */
  readonly path: readonly string[];
  /** Name of the kind of check, such as `redis`; what the document says, even where no such kind exists. */
  readonly kind: string;
  /** What is checked, for messages: never holds user info, a query string or a path that could be a secret. */
  readonly target: string;
  /** Milliseconds after which the check is given up. */
  readonly timeoutMs: number;
  /** Whether its failure makes the whole namespace fail. */
  readonly critical: boolean;
  readonly description?: string;
  /** Address of the page that tells what to do. */
  readonly runbook?: string;
  /** Paths (`group/name`) of the checks without which this one cannot work. */
  readonly dependsOn: readonly string[];
  /** Resolves when it works; throws when it does not: a `CheckError` with a public message, or anything else. */
  run(context: CheckContext): Promise<void>;
}

/** A named group of checks and groups, in the order of the document. The root has the name ''. */
export interface Group {
  readonly name: string;
  readonly parts: readonly Part[];
}

export type Part = Check | Group;

/** What a check may use while it runs. */
export interface CheckContext {
  /** Aborted when the check's time is up, and when it has ended. It must reach the driver. */
  readonly signal: AbortSignal;
  /** Milliseconds that the check has in all, from its start. */
  readonly limitMs: number;
  /** Opens a connection, or shares the one that another check of this run opened under the same key. */
  readonly connect: Connect;
  /** Names what is waited for from now on, for the message of a `TimeoutError`. */
  stage(waitingFor: string): void;
  /** Reads a secret afresh from the vault, the namespace's own unless named, and forgets it. Throws a `CheckError`. */
  readonly proveVault: ProveVault;
  readonly log: Log;
}

/** @param secret Name of the secret to read; undefined for the namespace's own document. */
export type ProveVault = (secret: string | undefined, signal: AbortSignal) => Promise<void>;

/** What one check found out. */
export interface CheckResult {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: string;
  readonly target: string;
  readonly verdict: Verdict;
  readonly critical: boolean;
  /** Milliseconds from the check's start to its end. */
  readonly durationMs: number;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  /** Paths of the failing checks that explain this failure, deepest causes only. */
  readonly causes?: readonly string[];
  readonly description?: string;
  readonly runbook?: string;
}

export interface GroupResult {
  readonly name: string;
  readonly verdict: Verdict;
  readonly parts: readonly Result[];
}

export type Result = CheckResult | GroupResult;

/** One run of a namespace, or of a part of it. */
export interface Report {
  readonly namespace: string;
  readonly verdict: Verdict;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds from the start of the run until every connection was closed. */
  readonly durationMs: number;
  readonly result: Result;
}

export function isGroup<G extends { readonly parts: readonly unknown[] }>(part: G | object): part is G {
  return 'parts' in part;
}
