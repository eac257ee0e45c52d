/** The interface of a type of target, and the keys that every target takes. */
import * as v from 'valibot';
import { describe } from '../clients/keys.ts';
import type { Keys } from '../clients/keys.ts';
import type { BeginStage } from '../engine/stages.ts';
import type { Notice, NoticeRule } from '../history/notices.ts';
import type { Problem } from '../problem.ts';

export interface SendContext {
  /** Calls the work off. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A target of a namespace, ready to be told. */
export interface Target {
  readonly rule: NoticeRule;
  readonly type: string;
  /** Whether everybody sees what it is told. */
  readonly isPublic: boolean;
  /** @throws SendError */
  send(notice: Notice, context: SendContext): Promise<void>;
}

/** What a type of target needs in order to send. */
export interface Sending extends SendContext {
  readonly stage: BeginStage;
  /** Replaces what is secret in the target's configuration. */
  hide(text: string): string;
  /** The paths of all checks of the namespace that the target is told of. */
  readonly checks: readonly string[];
}

/** The configuration of a target, as parsed by its type's keys. */
type Configuration<Entries extends Keys> = v.InferOutput<v.StrictObjectSchema<Entries, undefined>>;

/** A type of target. A new one takes one file, and one line in `types.ts`. */
export interface TargetType<Entries extends Keys = Keys> {
  /** The name in the document: `slack`. */
  readonly type: string;
  /** What it does, in a sentence, for docs and editors. */
  readonly tells: string;
  /** What a notice that arrives twice does there, in a sentence, for the docs. */
  readonly repeats: string;
  readonly keys: Entries;
  /** Whether it is told of what is found out later about an outage. */
  readonly updates?: true;
  /** Whether it is told after every sample how the namespace is, instead of what changes. */
  readonly every?: true;
  /** Whether everybody sees what it is told. */
  readonly isPublic?: true;
  /** The optional keys that its example has in addition to the required ones. */
  readonly example?: readonly string[];
  /** Finds a mistake in keys that are valid one by one. */
  mistake?(config: Configuration<Entries>): Problem | undefined;
  /** Paths of groups and checks in its own keys, and the places where they stand. */
  paths?(config: Configuration<Entries>): readonly { readonly path: string; readonly place: string }[];
  /**
   * Resolves once the target has accepted the notice.
   *
   * @throws SendError, or a `CheckError` for a failure of the network, which is worth another try.
   */
  send(notice: Notice, config: Configuration<Entries>, context: Sending): Promise<void>;
}

/** Gives a type of target its types. */
export function defineTarget<const Entries extends Keys>(type: TargetType<Entries>): TargetType<Entries> {
  return type;
}

/** Seconds that an outage may last before somebody is told of it. */
const MAX_AFTER_SECONDS = 86_400;

/** The keys that every target takes. */
export const commonKeys = {
  for: v.optional(
    describe(
      v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100)),
      'Paths (group/name) of the groups and checks that it is told of; all unless set.',
      ['cache', 'postgres'],
    ),
  ),
  on: v.optional(
    describe(
      v.pipe(v.array(v.picklist(['down', 'up', 'degraded'])), v.minLength(1), v.maxLength(3)),
      'The states that it is told of.',
      ['down', 'up', 'degraded'],
    ),
    ['down', 'up'],
  ),
  after: v.optional(
    describe(
      v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_AFTER_SECONDS)),
      'Seconds that an outage must last. It is told nothing of one that ends earlier.',
      300,
    ),
    0,
  ),
} satisfies Keys;
