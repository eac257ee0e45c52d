/** The types that all layers share. The answer is the configuration with every leaf replaced by its result. */
import type { ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Share } from './connections.ts';
import type { Declarations, Figure, FigureValue } from './figures.ts';
import type { BeginStage, StageTime } from './stages.ts';

/** `degraded`: only non-critical checks fail, or something works but is slow or otherwise impaired. */
export type Verdict = 'working' | 'degraded' | 'failing';

/** How many samples in a row it takes to believe a change. */
export interface Confirmation {
  readonly failuresBeforeDown: number;
  readonly successesBeforeUp: number;
}

/** For everything that sets nothing else. */
export const USUAL_CONFIRMATION: Confirmation = { failuresBeforeDown: 2, successesBeforeUp: 1 };

/** A leaf of a namespace's tree: one thing to prove. */
export interface Check {
  readonly name: string;
  /** Names from the top of the tree to this check. */
  readonly path: readonly string[];
  /** The kind of check, such as `redis`, as written in the document, even if there is no such kind. */
  readonly kind: string;
  /** The target for messages: never contains user info, a query string or a path that could be a secret. */
  readonly target: string;
  /** Milliseconds after which the check is given up. */
  readonly timeoutMs: number;
  /** Milliseconds after which a check that works is degraded. */
  readonly slowMs?: number;
  /** Whether its failure makes the whole namespace fail. */
  readonly critical: boolean;
  readonly description?: string;
  /** URL of the page that explains what to do. */
  readonly runbook?: string;
  /** The paths (`group/name`) of the checks that this one needs in order to work. */
  readonly dependsOn: readonly string[];
  /** The addresses (`host:port`, or a service's name) that it needs in order to work. */
  readonly needs: readonly string[];
  /** How many samples in a row it takes until its state in the history changes; as usual unless given. */
  readonly confirmation?: Confirmation;
  /** The figures that it may observe. */
  readonly figures: Declarations;
  /** For a step of a composite check: the step that must work first. They share one timeout. */
  readonly after?: Check;
  /** Resolves if it works, throws if it does not: a `CheckError` with a public message, or anything else. */
  run(context: CheckContext): Promise<void>;
}

/** A named group of checks and groups, in the order of the document. The root has the name ''. */
export interface Group {
  readonly name: string;
  readonly parts: readonly Part[];
}

export type Part = Check | Group;

/** A part of a stack that other systems' health endpoints name. In the formats of those systems, checks play it. */
export type Role = 'db' | 'redis' | 'doc_engine' | 'storage';

/** For each role that is played: the paths of the checks and groups that play it, as names from the top. */
export type Roles = Readonly<Partial<Record<Role, readonly (readonly string[])[]>>>;

/** What a check may use while it runs. */
export interface CheckContext<Figures = Readonly<Record<string, FigureValue>>> {
  /** Aborted when the check's time is up, and when it has ended. It must reach the driver. */
  readonly signal: AbortSignal;
  /** Milliseconds that the whole check may take, from its start. */
  readonly limitMs: number;
  /** Opens a connection, or shares the one that another check of this run opened under the same key. */
  readonly share: Share;
  /** Begins a stage: names it for the message of a `TimeoutError`, and times it. */
  readonly stage: BeginStage;
  /** Records figures. They are reported even if the check fails afterwards. */
  observe(figures: Partial<Figures>): void;
  /** Records that this address answered: it is not the cause of any later failure. */
  reached(address: string): void;
  /** Reads a secret from the vault again and discards it: the namespace's own unless named. Throws a `CheckError`. */
  readonly proveVault: ProveVault;
  readonly log: Log;
}

/** @param secret The name of the secret to read; undefined for the namespace's own document. */
export type ProveVault = (secret: string | undefined, signal: AbortSignal) => Promise<void>;

/** What a run needs of the vault. */
export interface VaultAccess {
  /** Whether it is reached over the network. */
  readonly isRemote: boolean;
  readonly prove: ProveVault;
}

/** The cause of a failure: another check that fails, or an address that other failing checks need too. */
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
  /** Whether it still works, but is impaired. */
  readonly degraded?: boolean;
}

/** The result of one check. */
export interface CheckResult {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: string;
  readonly target: string;
  readonly verdict: Verdict;
  readonly critical: boolean;
  /** Milliseconds from the start of the run to the check's start. */
  readonly startMs: number;
  /** Milliseconds from the check's start to its end. */
  readonly durationMs: number;
  /** In the order in which they began. */
  readonly stages: readonly StageTime[];
  readonly observed: readonly Figure[];
  readonly error?: Failure;
  /** The deepest causes of the failure. Empty if nothing else explains it. */
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
  /** Whether everything fails alike at several addresses, so that the observer itself may be cut off. */
  readonly observerCutOff: boolean;
}

/**
 * Told of each run that is shared, when it has ended. Must not throw.
 *
 * @param part Names from the top of the tree to the part that was run.
 * @param shortened Whether it had less time than the namespace's deadline, so that others must not be told of it.
 */
export type OnRun = (report: Report, part: readonly string[], shortened?: boolean) => void;

export function isGroup(part: Part): part is Group;
export function isGroup(result: Result): result is GroupResult;
export function isGroup(part: Part | Result): part is Group | GroupResult {
  return 'parts' in part;
}
