/** What a kind of check is, and the keys that every check takes. */
import * as v from 'valibot';
import { describe, httpUrl } from '../clients/keys.ts';
import type { Keys } from '../clients/keys.ts';
import { MAX_SECONDS } from '../engine/deadline.ts';
import type { CheckContext } from '../engine/types.ts';
import type { Problem } from '../problem.ts';

/** A kind of check. A new one is one file, and one line in `index.ts`. */
export interface CheckKind<Entries extends Keys = Keys> {
  /** As in the document: `redis`. */
  readonly kind: string;
  /** What "working" means, for the documents: `PING answers`. */
  readonly works: string;
  readonly keys: Entries;
  /** Finds what is wrong with keys that are right each by itself: two of them contradict, or one needs another. */
  mistake?(config: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>): Problem | undefined;
  /** What is checked, for messages: `redis cache.example:6379`. Without user info, path or query string of a URL. */
  target(config: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>): string;
  /**
   * Proves that it works: resolves if so, throws if not. A `CheckError` is shown; anything else is a fault of the kind.
   * Everything that it opens, it closes, also when `context.signal` is aborted.
   */
  check(config: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>, context: CheckContext): Promise<void>;
}

/** Gives a kind its types. */
export function defineKind<const Entries extends Keys>(kind: CheckKind<Entries>): CheckKind<Entries> {
  return kind;
}

/** A kind as the registry holds it: its configuration was checked against `keys` before it gets there. */
export type AnyKind = CheckKind;

/** The keys that every check takes. */
export const commonKeys = {
  timeout: v.optional(
    describe(v.pipe(v.number(), v.gtValue(0), v.maxValue(MAX_SECONDS)), "Seconds; the namespace's unless set."),
  ),
  critical: v.optional(describe(v.boolean(), 'Whether its failure makes the namespace fail.'), true),
  description: v.optional(describe(v.pipe(v.string(), v.maxLength(1000)), 'What it is, for people.')),
  runbook: v.optional(describe(httpUrl(), 'Page that tells what to do when it fails.')),
  depends_on: v.optional(
    describe(v.pipe(v.array(v.string()), v.maxLength(20)), 'Paths (group/name) of checks that it cannot work without.'),
    [],
  ),
} satisfies Keys;
