/** Runs a tree of checks concurrently, within one deadline. It knows neither kinds of check nor formats. */
import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CheckError } from '../errors.ts';
import { hideAll } from '../hide.ts';
import type { Log } from '../log.ts';
import { createPace } from '../pace.ts';
import { allFailAlike, causesOf } from './causes.ts';
import type { Finding } from './causes.ts';
import { CheckRun } from './check-run.ts';
import { Connections } from './connections.ts';
import { within } from './deadline.ts';
import { RunIntake } from './intake.ts';
import { masked } from './masked.ts';
import { leavesOf, pathKey } from './tree.ts';
import { isGroup } from './types.ts';
import type { Cause, Check, CheckResult, Part, Report, Result, VaultAccess } from './types.ts';
import { countingRun } from './under-way.ts';
import { worst } from './verdict.ts';

export interface RunOptions {
  /** The namespace's name, for the report. */
  readonly namespace: string;
  /** Milliseconds that the whole run may take. */
  readonly deadlineMs: number;
  readonly vault: VaultAccess;
  readonly log: Log;
  /** Values that no text of the report may contain. */
  readonly concealed?: readonly string[];
  /** Calls the run off: checks that have not ended by then are reported as an `AbortedError`. */
  readonly signal?: AbortSignal;
  /** Called with the result of each check when it ends. */
  readonly onResult?: (result: CheckResult) => void;
}

/** How many checks begin in one turn of the event loop: all connections of hundreds would answer in the same one. */
const AT_A_TIME = 8;
/** Milliseconds for closing connections gracefully after the last check, if the deadline leaves them. */
const CLOSING_GRACE_MS = 250;

/** Milliseconds within which the vault must answer; if it does not, the observer may be cut off. */
const VAULT_WITHIN_MS = 1000;

/**
 * Runs all checks of the part concurrently, and waits for all of them. Never rejects: every failure is a result.
 */
export function run(part: Part, options: RunOptions): Promise<Report> {
  return countingRun(() => runAll(part, options));
}

async function runAll(part: Part, options: RunOptions): Promise<Report> {
  const startedAt = Date.now();
  const start = performance.now();
  const end = start + options.deadlineMs;
  const connections = new Connections();
  if (options.signal !== undefined) setMaxListeners(0, options.signal); // one for each check: no leak to warn about

  const reached = new Set<string>();
  const { vault, log, signal, concealed = [] } = options;
  const hide = hideAll(concealed);
  const checks = leavesOf(part);
  const intake = new RunIntake();
  const checkRun = new CheckRun(checks, { start, end, connections, intake, reached, vault, log, signal });
  const findingOf = async (check: Check): Promise<Finding> => {
    const { result } = await checkRun.outcomeOf(check);
    options.onResult?.(masked(result, hide));
    return { check, result };
  };
  const pace = createPace(); // a thousand checks take a while to begin, and their causes to find
  const begun: Promise<Finding>[] = [];
  for (const check of checks) {
    begun.push(findingOf(check));
    await (begun.length % AT_A_TIME === 0 ? nextTurn() : pace());
  }
  const findings = await Promise.all(begun);
  const observerCutOff = allFailAlike(findings) && (await isVaultSilent(end, options));
  await connections.close(Math.min(CLOSING_GRACE_MS, end - performance.now()));

  const causes = await causesOf(findings, reached, pace);
  const results = findings.map(({ result }) => masked(explained(result, causes), hide));
  const result = resultOf(part, results[Symbol.iterator]());
  const durationMs = performance.now() - start;
  return { namespace: options.namespace, verdict: result.verdict, startedAt, durationMs, result, observerCutOff };
}

function explained(result: CheckResult, causes: ReadonlyMap<string, readonly Cause[]>): CheckResult {
  if (result.error === undefined) return result;
  const found = causes.get(pathKey(result.path));
  return found === undefined ? result : { ...result, causes: found };
}

/** @param results The results of the leaves, in their order. */
function resultOf(part: Part, results: Iterator<CheckResult, undefined>): Result {
  if (isGroup(part)) {
    const parts = part.parts.map((inner) => resultOf(inner, results));
    return { name: part.name, verdict: worst(parts.map(({ verdict }) => verdict)), parts };
  }
  const { value } = results.next();
  if (value === undefined) throw new Error('a check without a result');
  return value;
}

/** A vault on this machine proves nothing about the network, so only a remote one is asked. */
async function isVaultSilent(end: number, { vault, signal }: RunOptions): Promise<boolean> {
  if (!vault.isRemote) return true;
  const limitMs = Math.min(VAULT_WITHIN_MS, end - performance.now());
  if (limitMs <= 0 || signal?.aborted === true) return false; // unknown
  try {
    await within({ limitMs, signal, from: 'the vault' }, (inner) => vault.prove(undefined, inner));
    return false;
  } catch (error) {
    return error instanceof CheckError && ['ConnectionError', 'TimeoutError', 'TLSError'].includes(error.code);
  }
}
