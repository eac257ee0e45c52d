/** The types that every layer shares. The answer is the configuration with every leaf replaced by its result. */
import type { ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Share } from './connections.ts';
import type { Declarations, Figure, FigureValue } from './figures.ts';
import type { BeginStage, StageTime } from './stages.ts';

/** `degraded`: only non-critical checks fail, or something works and is merely slow or otherwise not as it should be. */
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
  /** Milliseconds after which a check that works is degraded. */
  readonly slowMs?: number;
  /** Whether its failure makes the whole namespace fail. */
  readonly critical: boolean;
  readonly description?: string;
  /** URL of the page that tells what to do. */
  readonly runbook?: string;
  /** Paths (`group/name`) of the checks without which this one cannot work. */
  readonly dependsOn: readonly string[];
  /** Addresses (`host:port`, or a service's name) without which it cannot work. */
  readonly needs: readonly string[];
  /** The figures that it may observe. */
  readonly figures: Declarations;
  /** For a step of a composite check: the step that must have worked before. They share one timeout. */
  readonly after?: Check;
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
export interface CheckContext<Figures = Readonly<Record<string, FigureValue>>> {
  /** Aborted when the check's time is up, and when it has ended. It must reach the driver. */
  readonly signal: AbortSignal;
  /** Milliseconds that the check has in all, from its start. */
  readonly limitMs: number;
  /** Opens a connection, or shares the one that another check of this run opened under the same key. */
  readonly share: Share;
  /** Names what is done from now on: for the message of a `TimeoutError`, and to be timed. */
  readonly stage: BeginStage;
  /** Notes figures that were learned. They are reported also where the check fails afterwards. */
  observe(figures: Partial<Figures>): void;
  /** Says that this address answered: whatever fails from now on, the address is not the cause. */
  reached(address: string): void;
  /** Reads a secret afresh from the vault, the namespace's own unless named, and forgets it. Throws a `CheckError`. */
  readonly proveVault: ProveVault;
  readonly log: Log;
}

/** @param secret Name of the secret to read; undefined for the namespace's own document. */
export type ProveVault = (secret: string | undefined, signal: AbortSignal) => Promise<void>;

/** The vault, as a run sees it. */
export interface VaultAccess {
  /** Whether it is reached over the network. */
  readonly isRemote: boolean;
  readonly prove: ProveVault;
}

/** What a failure rests on: another check that fails, or an address that other failing checks need too. */
export type Cause =
  | { readonly path: string }
  | {
      readonly address: string;
      /** How many other checks fail with it. */
      readonly others: number;
    };

export interface Failure {
  readonly code: ErrorCode;
  /** One line for people, without causes. */
  readonly message: string;
  /** Whether it works all the same, only not as it should. */
  readonly degraded?: boolean;
}

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
  /** In the order in which they began. */
  readonly stages: readonly StageTime[];
  readonly observed: readonly Figure[];
  readonly error?: Failure;
  /** What explains the failure, deepest causes only. Empty where it stands for itself. */
  readonly causes: readonly Cause[];
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
  /** Whether everything fails alike over several addresses, so that the trouble may be with whoever looks. */
  readonly observerCutOff: boolean;
}

export function isGroup(part: Part): part is Group;
export function isGroup(result: Result): result is GroupResult;
export function isGroup(part: Part | Result): part is Group | GroupResult {
  return 'parts' in part;
}
