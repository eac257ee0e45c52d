/** Runs single checks, each within its own limit. */
import { randomBytes } from 'node:crypto';
import { CheckError, seconds } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Connections, Share } from './connections.ts';
import { within } from './deadline.ts';
import { figuresIn } from './figures.ts';
import type { FigureValue } from './figures.ts';
import { Stages } from './stages.ts';
import { pathKey } from './tree.ts';
import type { Check, CheckContext, CheckResult, Failure, VaultAccess } from './types.ts';
import { verdictOf } from './verdict.ts';

export interface CheckRunOptions {
  readonly vault: VaultAccess;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

interface Outcome {
  readonly result: CheckResult;
  /** When the time of the check, and of the steps after it, is up, by `performance.now()`. */
  readonly limit: number;
  /** For a step that was not tried: the step that failed. */
  readonly failed?: CheckResult;
}

export class CheckRun {
  /** Addresses that answered a check of this run. */
  readonly reached = new Set<string>();
  readonly #end: number;
  readonly #connections: Connections;
  readonly #options: CheckRunOptions;
  readonly #outcomes = new Map<Check, Promise<Outcome>>();

  /** @param end When the run must be over, by `performance.now()`. */
  constructor(end: number, connections: Connections, options: CheckRunOptions) {
    this.#end = end;
    this.#connections = connections;
    this.#options = options;
  }

  /** Runs the check, and the steps that must have worked before it. Never rejects. */
  async resultOf(check: Check): Promise<CheckResult> {
    return (await this.#outcomeOf(check)).result;
  }

  #outcomeOf(check: Check): Promise<Outcome> {
    if (check.after === undefined)
      return this.#once(check, () => this.#run(check, performance.now() + check.timeoutMs));
    const { after } = check;
    return this.#once(check, async () => {
      const before = await this.#outcomeOf(after);
      const { failed = before.result } = before;
      const { name, error } = failed;
      if (error === undefined || error.degraded === true) return this.#run(check, before.limit);
      const failure = { code: error.code, message: `not tried, since the step ${name} failed: ${error.message}` };
      return { ...before, failed, result: resultOf(check, performance.now(), new Stages(0), new Map(), failure) };
    });
  }

  /** Refuses a check that has ended, since nobody would release what it opens. */
  #shareFor(check: Check, signal: AbortSignal): Share {
    return async (key, open) => {
      signal.throwIfAborted();
      return this.#connections.share(key, check, open);
    };
  }

  #once(check: Check, run: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = this.#outcomes.get(check) ?? run();
    this.#outcomes.set(check, outcome);
    return outcome;
  }

  async #run(check: Check, limit: number): Promise<Outcome> {
    const { signal: outer, vault, log } = this.#options;
    const start = performance.now();
    const limitMs = Math.max(0, Math.min(limit, this.#end) - start);
    const stages = new Stages(start);
    const observed = new Map<string, FigureValue>();
    const context: Omit<CheckContext, 'signal' | 'share'> = {
      limitMs,
      stage: (name, when) => {
        stages.begin(name, when);
      },
      observe: (figures) => {
        for (const [name, value] of Object.entries(figures)) if (value !== undefined) observed.set(name, value);
      },
      reached: (address) => this.reached.add(address),
      proveVault: vault.prove,
      log,
    };

    let failure: Failure | undefined;
    const signals: AbortSignal[] = [];
    try {
      await within({ limitMs, signal: outer, from: () => check.target + stages.when }, (signal) => {
        signals.push(signal);
        return check.run({ ...context, signal, share: this.#shareFor(check, signal) });
      });
      failure = slowness(check, performance.now() - start);
    } catch (thrown) {
      failure = publicError(thrown, check, log);
      // Not where it failed by itself: then its connections are closed with a good-bye when the run ends.
      if (signals[0]?.reason === thrown) this.#connections.release(check);
    }
    return { limit, result: resultOf(check, start, stages, observed, failure) };
  }
}

/** @param start When the check began, by `performance.now()`. */
function resultOf(
  check: Check,
  start: number,
  stages: Stages,
  observed: ReadonlyMap<string, FigureValue>,
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
    durationMs: end - start,
    stages: stages.times(end),
    observed: observed.size === 0 ? [] : figuresIn(observed, check.figures),
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
