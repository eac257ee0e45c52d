/** Checks and groups as plain values, for code that works on trees and knows no kinds. */
import type { RunOptions } from '../../lib/engine/run.ts';
import type { Check, CheckContext, Group, Part } from '../../lib/engine/types.ts';
import { collectedLog } from './collected-log.ts';

/** A check with this path (`group/name`). It works unless `overrides` says otherwise. */
export function checkAt(path: string, overrides: Partial<Omit<Check, 'name' | 'path'>> = {}): Check {
  const names = path.split('/');
  return {
    name: names.at(-1) ?? '',
    path: names,
    kind: 'fake',
    target: 'fake host:1',
    timeoutMs: 1000,
    critical: true,
    dependsOn: [],
    needs: [],
    figures: {},
    run: () => Promise.resolve(),
    ...overrides,
  };
}

export function groupOf(name: string, ...parts: readonly Part[]): Group {
  return { name, parts };
}

/** A `run` that throws. */
export function throwing(error: unknown): (context: CheckContext) => Promise<void> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers throw all sorts of things
  return () => Promise.reject(error);
}

/** Options of a run, and the lines that it logs. */
export function runOptions(overrides: Partial<RunOptions> = {}): RunOptions & { readonly lines: string[] } {
  const { log, lines } = collectedLog();
  return {
    namespace: 'test',
    deadlineMs: 10_000,
    vault: { isRemote: false, prove: () => Promise.resolve() },
    log,
    lines,
    ...overrides,
  };
}

/** A promise and the functions that settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolveIt, rejectIt) => {
    resolve = resolveIt;
    reject = rejectIt;
  });
  return { promise, resolve, reject };
}
