/** Runs single checks, each within its own limit. */
import { randomBytes } from 'node:crypto';
import { CheckError, seconds } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Connections } from './connections.ts';
import { within } from './deadline.ts';
import { figuresIn } from './figures.ts';
import { CheckIntake } from './intake.ts';
import type { RunIntake } from './intake.ts';
import type { FigureValue } from './figures.ts';
import { Stages } from './stages.ts';
import { pathKey } from './tree.ts';
import type { Check, CheckContext, CheckResult, Failure, VaultAccess } from './types.ts';
import { verdictOf } from './verdict.ts';

/** What the checks of a run have in common. */
export interface RunResources {
  /** When the run began, on the clock of `performance.now()`. */
  readonly start: number;
  /** When the run must be over, on the clock of `performance.now()`. */
  readonly end: number;
  readonly connections: Connections;
  readonly intake: RunIntake;
  /** The addresses that answered a check; checks add to it. */
  readonly reached: Set<string>;
  readonly vault: VaultAccess;
  readonly log: Log;
  /** Calls the run off. */
  readonly signal?: AbortSignal | undefined;
}

export interface Outcome {
  readonly result: CheckResult;
  /** When the time of the check and of the steps after it is up, on the clock of `performance.now()`. */
  readonly limit: number;
  /** For a step that was not tried: the step that failed. */
  readonly failed?: CheckResult;
}

export class CheckRun {
  readonly #resources: RunResources;
  /** The checks that other checks wait for. They run once, however many wait. */
  readonly #awaited: ReadonlySet<Check>;
  readonly #outcomes = new Map<Check, Promise<Outcome>>();

  constructor(checks: readonly Check[], resources: RunResources) {
    this.#resources = resources;
    this.#awaited = new Set(checks.flatMap(stepsBefore));
  }

  /** Runs the check, and the steps that must have worked before it. Never rejects. */
  outcomeOf(check: Check): Promise<Outcome> {
    if (!this.#awaited.has(check)) return this.#runInTurn(check);
    const outcome = this.#outcomes.get(check) ?? this.#runInTurn(check);
    this.#outcomes.set(check, outcome);
    return outcome;
  }

  async #runInTurn(check: Check): Promise<Outcome> {
    const { after } = check;
    if (after === undefined) return this.#run(check);
    const before = await this.outcomeOf(after);
    const { failed = before.result } = before;
    const { name, error } = failed;
    if (error === undefined || error.degraded === true) return this.#run(check, before.limit);
    const failure = { code: error.code, message: `not tried, because the step ${name} failed: ${error.message}` };
    const times = { runStart: this.#resources.start, start: performance.now() };
    return { ...before, failed, result: resultOf(check, times, new Stages(0), {}, failure) };
  }

  /** @param given When the time of the step before is up; the check has its own timeout unless given. */
  async #run(check: Check, given?: number): Promise<Outcome> {
    const { start: runStart, end, connections, log, signal } = this.#resources;
    const start = performance.now();
    const limit = given ?? start + check.timeoutMs;
    const limitMs = Math.max(0, Math.min(limit, end) - start);
    const running = new Running(check, this.#resources, start, limitMs);
    let failure: Failure | undefined;
    try {
      await within({ limitMs, signal, from: () => check.target + running.stages.when }, (aborted) =>
        running.run(aborted),
      );
      failure = slowness(check, performance.now() - start);
    } catch (thrown) {
      failure = publicError(thrown, check, log);
      // Only if it was stopped: if it failed by itself, its connections are closed gracefully when the run ends.
      if (running.signal.reason === thrown) connections.release(check);
    }
    return { limit, result: resultOf(check, { runStart, start }, running.stages, running.observed, failure) };
  }
}

const NEVER = new AbortController().signal;

/** A check while it runs, and the context for its kind. */
class Running implements CheckContext {
  readonly limitMs: number;
  readonly stages: Stages;
  readonly observed: Record<string, FigureValue> = {};
  signal = NEVER;
  readonly #check: Check;
  readonly #resources: RunResources;

  constructor(check: Check, resources: RunResources, start: number, limitMs: number) {
    this.#check = check;
    this.#resources = resources;
    this.limitMs = limitMs;
    this.stages = new Stages(start);
  }

  run(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    return new CheckIntake(this.#resources.intake).during(() => this.#check.run(this));
  }

  /** Refuses a check that has ended, since nobody would release what it opens. */
  get share(): CheckContext['share'] {
    return async (key, open) => {
      this.signal.throwIfAborted();
      return this.#resources.connections.share(key, this.#check, open);
    };
  }

  get stage(): CheckContext['stage'] {
    return (name, when) => {
      this.stages.begin(name, when);
    };
  }

  observe(figures: Readonly<Record<string, FigureValue | undefined>>): void {
    for (const [name, value] of Object.entries(figures)) if (value !== undefined) this.observed[name] = value;
  }

  reached(address: string): void {
    this.#resources.reached.add(address);
  }

  get proveVault(): CheckContext['proveVault'] {
    return this.#resources.vault.prove;
  }

  get log(): Log {
    return this.#resources.log;
  }
}

function stepsBefore({ after }: Check): Check[] {
  return after === undefined ? [] : [after, ...stepsBefore(after)];
}

/** @param times When the run and the check began, on the clock of `performance.now()`. */
function resultOf(
  check: Check,
  { runStart, start }: { readonly runStart: number; readonly start: number },
  stages: Stages,
  observed: Readonly<Record<string, FigureValue>>,
  error: Failure | undefined,
): CheckResult {
  const { name, path, kind, target, critical, description, runbook } = check;
  const end = performance.now();
  return {
    name,
    path,
    kind,
    target,
    critical,
    verdict: verdictOf(error, critical),
    startMs: start - runStart,
    durationMs: end - start,
    stages: stages.times(end),
    observed: figuresIn(observed, check.figures),
    causes: [],
    ...(error !== undefined && { error }),
    ...(description !== undefined && { description }),
    ...(runbook !== undefined && { runbook }),
  };
}

function slowness({ target, slowMs }: Check, durationMs: number): Failure | undefined {
  if (slowMs === undefined || durationMs <= slowMs) return undefined;
  const message = `${target} works, but took ${seconds(durationMs)} s, longer than slow (${seconds(slowMs)} s)`;
  return { code: 'UnhealthyError', message, degraded: true };
}

function publicError(thrown: unknown, check: Check, log: Log): Failure {
  if (thrown instanceof CheckError) {
    const { code, message, degraded } = thrown;
    return { code, message, ...(degraded && { degraded }) };
  }
  const id = randomBytes(4).toString('hex');
  log.error('a check failed in an unforeseen way', { id, check: pathKey(check.path), kind: check.kind, error: thrown });
  return { code: 'UnexpectedError', message: `see the log, ${id}` };
}
