/** Runs a tree of checks at once, within one deadline. Knows no kind of check and no format. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Log } from '../log.ts';
import { pathKey } from './tree.ts';
import { isGroup } from './types.ts';
import type { Check, CheckResult, Group, Part, ProveVault, Report, Result } from './types.ts';
import { Connections } from './connections.ts';
import type { Connect } from './connections.ts';
import { CheckError, seconds, TimeoutError } from '../errors.ts';
import { explain, worst } from './verdict.ts';

export interface RunOptions {
  /** Name of the namespace, for the report. */
  readonly namespace: string;
  /** Milliseconds that the run has in all. */
  readonly deadlineMs: number;
  readonly proveVault: ProveVault;
  readonly log: Log;
  /** Ends the run early: what is open then is reported as a `TimeoutError`. */
  readonly signal?: AbortSignal;
  /** Told of each check as it ends. */
  readonly onResult?: (result: CheckResult) => void;
}

/** Milliseconds for good-byes after the last check, where the deadline leaves them. */
const CLOSING_GRACE_MS = 250;

/**
 * Runs every check of the part at once and waits for all. Never rejects: whatever goes wrong is a result.
 */
export async function run(part: Part, options: RunOptions): Promise<Report> {
  const startedAt = Date.now();
  const start = performance.now();
  const end = start + options.deadlineMs;
  const connections = new Connections();
  if (options.signal !== undefined) setMaxListeners(0, options.signal); // one for each check: no leak to warn of

  const runPart = async (part: Part): Promise<Result> => {
    if (!isGroup<Group>(part)) return runCheck(part, end, connections, options);
    const parts = await Promise.all(part.parts.map(runPart));
    return { name: part.name, verdict: worst(parts.map((part) => part.verdict)), parts };
  };
  const result = explain(await runPart(part), dependencies(part));
  await connections.close(Math.min(CLOSING_GRACE_MS, end - performance.now()));

  const durationMs = performance.now() - start;
  return { namespace: options.namespace, verdict: result.verdict, startedAt, durationMs, result };
}

async function runCheck(
  check: Check,
  end: number,
  connections: Connections,
  options: RunOptions,
): Promise<CheckResult> {
  const start = performance.now();
  const limitMs = Math.max(0, Math.min(check.timeoutMs, end - start));
  const log = options.log;
  const limit = timeLimit(check.target, limitMs, options.signal);
  const connect: Connect = (key, open) => connections.open(key, check, open);
  const context = { signal: limit.signal, limitMs, connect, stage: limit.stage, proveVault: options.proveVault, log };

  let error: CheckResult['error'];
  try {
    await Promise.race([limit.reached, check.run(context)]);
  } catch (thrown) {
    error = publicError(thrown, check, log);
  }
  if (limit.signal.aborted) connections.release(check);
  limit.end();

  const { name, path, kind, target, critical, description, runbook } = check;
  const result: CheckResult = {
    name,
    path,
    kind,
    target,
    critical,
    verdict: error === undefined ? 'working' : critical ? 'failing' : 'degraded',
    durationMs: performance.now() - start,
    ...(error !== undefined && { error }),
    ...(description !== undefined && { description }),
    ...(runbook !== undefined && { runbook }),
  };
  options.onResult?.(result);
  return result;
}

interface TimeLimit {
  readonly signal: AbortSignal;
  /** Rejects with a `TimeoutError` when the time is up. */
  readonly reached: Promise<never>;
  readonly stage: (waitingFor: string) => void;
  /** Aborts the signal, if it is not, so that whatever the check left behind stops too. */
  readonly end: () => void;
}

const OVER = new Error('the check is over');

function timeLimit(target: string, limitMs: number, outer: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  let waitingFor = '';
  let reject: (error: TimeoutError) => void;
  const reached = new Promise<never>((_resolve, rejectIt) => (reject = rejectIt));
  reached.catch(() => undefined); // where a check throws before anybody waits for this
  const giveUp = () => {
    const error = new TimeoutError(`no answer within ${seconds(limitMs)} s from ${target}${waitingFor}`);
    reject(error);
    controller.abort(error);
  };
  const timer = setTimeout(giveUp, limitMs);
  outer?.addEventListener('abort', giveUp, { once: true });
  if (outer?.aborted === true) giveUp();
  return {
    signal: controller.signal,
    reached,
    stage: (what) => (waitingFor = `: ${what}`),
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', giveUp);
      controller.abort(OVER);
    },
  };
}

function publicError(thrown: unknown, check: Check, log: Log): { code: CheckError['code']; message: string } {
  if (thrown instanceof CheckError) return { code: thrown.code, message: thrown.message };
  const id = randomBytes(4).toString('hex');
  log.error('a check failed in an unforeseen way', { id, check: pathKey(check.path), kind: check.kind, error: thrown });
  return { code: 'UnexpectedError', message: `see the log, ${id}` };
}

function dependencies(part: Part): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const collect = (part: Part): void => {
    if (isGroup<Group>(part)) part.parts.forEach(collect);
    else if (part.dependsOn.length > 0) found.set(pathKey(part.path), part.dependsOn);
  };
  collect(part);
  return found;
}
