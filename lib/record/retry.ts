/** When what could not be sent is sent again, and when it is given up: the same for every way to send. */
import { DAY_MS } from '../history/span.ts';
import { SendError } from '../notify/send-error.ts';

/** Milliseconds before the second attempt. Each further pause is twice as long as the one before. */
const FIRST_PAUSE_MS = 2000;
const MAX_PAUSE_MS = 300_000;
/** A target that asks for a longer pause is asked again after this one: what waits behind it would be given up. */
const MAX_ASKED_PAUSE_MS = 3_600_000;

/** Milliseconds after which a notice is given up: a target may be down for an hour or two. */
export const NOTICE_PATIENCE_MS = 6 * 3_600_000;
/** Events are kept nowhere else, and somebody has to mend what refuses them. The store forgets them a day later. */
export const EVENT_PATIENCE_MS = 7 * DAY_MS;

export interface Age {
  /** Milliseconds since it was due. */
  readonly ageMs: number;
  /** Milliseconds after which it is given up. */
  readonly patienceMs: number;
}

/** Whether what failed with this error is not sent again. */
export function isGivenUp(error: unknown, { ageMs, patienceMs }: Age): boolean {
  return ageMs > patienceMs || (error instanceof SendError && error.isFinal);
}

/** @returns The milliseconds until the next attempt; undefined where it is given up. */
export function nextAttempt(error: unknown, { attempts, ...age }: Age & { attempts: number }): number | undefined {
  if (isGivenUp(error, age)) return undefined;
  const { retryAfterMs = 0 } = error instanceof SendError ? error : {};
  return Math.max(pauseAfter(attempts), Math.min(retryAfterMs, MAX_ASKED_PAUSE_MS));
}

/** Milliseconds to wait after so many attempts. They vary, so that not all who wait come back at the same moment. */
export function pauseAfter(attempts: number, random = Math.random()): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20) * (1 + random / 4));
}

/** Why something is given up, as a dead letter tells it. */
export function reasonIn(error: unknown): string {
  return error instanceof Error ? error.message : 'unforeseen';
}
