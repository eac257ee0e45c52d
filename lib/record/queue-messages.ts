/** What the queues between the functions carry. No message holds a secret: targets are read from the vault. */
import { SHORTER } from '../history/shorten.ts';
import type { PlannedNotice } from '../history/notice.ts';

/** A namespace that is to be recorded, and the slot that it is recorded for. */
export interface Task {
  readonly namespace: string;
  /** The start of the slot, in milliseconds since 1970. */
  readonly at: number;
  readonly intervalMs: number;
}

/** Bytes of a message. SQS takes 256 KiB everywhere, and 1 MiB by now in most places. */
export const MAX_MESSAGE_BYTES = 250_000;
/** Milliseconds of a slot: up to a day. */
const MAX_INTERVAL_MS = 86_400_000;

export function taskText({ namespace, at, intervalMs }: Task): string {
  return JSON.stringify({ namespace, at, intervalMs });
}

/** @throws Error if it is none. */
export function taskIn(text: string): Task {
  const { namespace, at, intervalMs } = objectIn(text);
  const isSlot = isWhole(at, Number.MAX_SAFE_INTEGER) && isWhole(intervalMs, MAX_INTERVAL_MS) && intervalMs > 0;
  if (typeof namespace !== 'string' || !isSlot) throw new Error('a message is no namespace with a slot');
  return { namespace, at, intervalMs };
}

/** The notice, with shorter texts and lists if it would be too large for the queue. */
export function noticeText(notice: PlannedNotice): string {
  for (const shorten of SHORTER) {
    const text = JSON.stringify(notice, shorten);
    if (Buffer.byteLength(text) <= MAX_MESSAGE_BYTES) return text;
  }
  throw new Error(`a notice has more than ${MAX_MESSAGE_BYTES} bytes`);
}

/** @throws Error if it is none. */
export function noticeIn(text: string): PlannedNotice {
  const notice: Partial<PlannedNotice> = objectIn(text);
  const { id, target, change } = notice;
  if (![id, target, change?.namespace].every((part) => typeof part === 'string'))
    throw new Error('a message is no notice');
  return notice as PlannedNotice;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return Object(value) as Readonly<Record<string, unknown>>;
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max;
}
