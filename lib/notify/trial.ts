/** Tries targets before there is a real outage: each is told that a test outage begins, and then that it is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SendError } from './send-error.ts';
import type { Target } from './target.ts';
import { testNotice, testsOf } from './test-notice.ts';

/** Milliseconds between both notices: some vendors make an alert a moment after they took it. */
const PAUSE_MS = 3000;

interface TrialOptions {
  readonly namespace: string;
  /** Calls it off. What was opened is still resolved. */
  readonly signal: AbortSignal;
}

export interface Tried {
  readonly target: Target;
  /** Why it was not sent; it was if there is none. */
  readonly error?: string;
}

/** Tries one target after the other. Each outcome is told as soon as it is known. */
export async function* tryTargets(
  targets: readonly Target[],
  { namespace, signal }: TrialOptions,
): AsyncGenerator<Tried> {
  const began = Date.now();
  const send = async (target: Target, to: 'down' | 'up', calledOff: AbortSignal): Promise<unknown> => {
    const notice = testNotice(target.rule, { namespace, began, now: Date.now() }, to);
    return target.send(notice, { signal: calledOff, now: Date.now }).catch((error: unknown) => error);
  };
  const begun: { readonly target: Target; readonly error: unknown }[] = [];
  for (const target of targets) {
    if (signal.aborted) break;
    const [first, second] = testsOf(target.rule);
    const error = await send(target, first, signal);
    // Where no answer came, the notice may have been taken.
    const isRefused = error instanceof SendError && error.isFinal;
    if (second !== undefined && !isRefused) begun.push({ target, error });
    else yield outcomeOf(target, error);
  }
  if (begun.length > 0) await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  for (const { target, error } of begun) {
    const last = await send(target, 'up', new AbortController().signal);
    if (error !== undefined || last === undefined) yield outcomeOf(target, error);
    else yield { target, error: `it was told of the outage, but not of its end: ${wordsOf(last)}` };
  }
}

function outcomeOf(target: Target, error: unknown): Tried {
  return error === undefined ? { target } : { target, error: wordsOf(error) };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unforeseen';
}
