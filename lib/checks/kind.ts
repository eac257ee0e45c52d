/** The interface of a kind of check, and the keys that every check takes. */
import * as v from 'valibot';
import { describe, httpUrl } from '../clients/keys.ts';
import type { Dialect } from '../clients/dialects/dialect.ts';
import type { Keys } from '../clients/keys.ts';
import { MAX_SECONDS } from '../engine/deadline.ts';
import type { Declarations, FiguresOf } from '../engine/figures.ts';
import { USUAL_CONFIRMATION as USUAL } from '../engine/types.ts';
import type { CheckContext, Role } from '../engine/types.ts';
import type { Problem } from '../problem.ts';

/** The configuration of a check, as parsed by its kind's keys. */
type Configuration<Entries extends Keys> = v.InferOutput<v.StrictObjectSchema<Entries, undefined>>;

interface KindBase<Entries extends Keys> {
  /** The name in the document: `redis`. */
  readonly kind: string;
  /** What "working" means, for the docs: `PING answers`. */
  readonly works: string;
  /** What it cannot find, for the docs: what is broken, and the check works nevertheless. */
  readonly couldPass: string;
  readonly keys: Entries;
  /** The optional keys that its example has in addition to the required ones. */
  readonly example?: readonly (keyof Entries & string)[];
  /** How its URL may be written, for the docs. */
  readonly dialects?: readonly Dialect[];
  /** The role that its checks play, unless the document's `roles` say otherwise. */
  readonly plays?: Role;
  /** Finds a mistake in keys that are valid one by one: two of them contradict each other, or one needs another. */
  mistake?(config: Configuration<Entries>): Problem | undefined;
  /** The target for messages: `redis cache.example:6379`. Without the user info, path or query string of a URL. */
  target(config: Configuration<Entries>): string;
  /**
   * The addresses that it needs (`host:port`, the path of a Unix socket, or a service's name such as `s3`): what
   * several failures may have in common. If there are several, a message that blames one of them names it.
   */
  needs(config: Configuration<Entries>): readonly string[];
}

/** A kind of check. A new one takes one file, and one line in `index.ts`. */
export interface CheckKind<
  Entries extends Keys = Keys,
  Figures extends Declarations = Declarations,
> extends KindBase<Entries> {
  /** What it may measure in addition to whether it works. */
  readonly figures?: Figures;
  /**
   * Resolves if the target works, throws if it does not. A `CheckError` is shown; anything else is a bug in the kind.
   * It closes everything that it opens, even if `context.signal` is aborted.
   */
  check(config: Configuration<Entries>, context: CheckContext<FiguresOf<Figures>>): Promise<void>;
}

/** A kind whose checks are groups: each step is a leaf of its own. */
export interface CompositeKind<
  Entries extends Keys = Keys,
  Figures extends Declarations = Declarations,
> extends KindBase<Entries> {
  /** The steps in the order of the answer. They share work through `context.share`, and one timeout. */
  parts(config: Configuration<Entries>): readonly Step<Configuration<Entries>, Figures>[];
}

/** One step of a composite check. */
export interface Step<Config = Readonly<Record<string, unknown>>, Figures extends Declarations = Declarations> {
  /** The name of its leaf, in snake_case. */
  readonly name: string;
  /** The name of the step that must have worked before this one starts; it starts with the run unless given. */
  readonly after?: string;
  readonly figures?: Figures;
  check(config: Config, context: CheckContext<FiguresOf<Figures>>): Promise<void>;
}

/** Gives a kind its types. */
export function defineKind<const Entries extends Keys, const Figures extends Declarations>(
  kind: CheckKind<Entries, Figures>,
): CheckKind<Entries, Figures> {
  return kind;
}

/** Gives a composite kind its types. */
export function defineComposite<const Entries extends Keys>(kind: CompositeKind<Entries>): CompositeKind<Entries> {
  return kind;
}

/** The configuration of a check of that kind. */
export type ConfigOf<Kind> = Kind extends KindBase<infer Entries> ? Configuration<Entries> : never;

/** A kind in the registry. Callers validate the configuration against `keys` before they pass it. */
export type AnyKind = CheckKind | CompositeKind;

function secondsKey(sentence: string, example: number) {
  return v.optional(describe(v.pipe(v.number(), v.gtValue(0), v.maxValue(MAX_SECONDS)), sentence, example));
}

/** As many samples in a row at most: later than that, nobody would be told of an outage on the same day. */
const MAX_SAMPLES = 100;

function countKey(sentence: string, preset: number, example: number) {
  const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SAMPLES));
  return v.optional(describe(count, sentence, example), preset);
}

/** The keys that every check takes. */
export const commonKeys = {
  timeout: secondsKey("Seconds that the check may take; the namespace's unless set.", 3),
  slow: secondsKey('Seconds; a check that works but takes longer is degraded.', 0.5),
  critical: v.optional(describe(v.boolean(), 'Whether its failure makes the namespace fail.', false), true),
  description: v.optional(
    describe(v.pipe(v.string(), v.maxLength(1000)), 'What is checked, for people.', 'Sessions of the shop'),
  ),
  runbook: v.optional(
    describe(httpUrl(), 'Page that explains what to do when it fails.', 'https://wiki.example/runbooks/sessions'),
  ),
  depends_on: v.optional(
    describe(
      v.pipe(v.array(v.string()), v.maxLength(20)),
      'Paths (group/name) of checks that this one needs in order to work.',
      ['cache/data'],
    ),
    [],
  ),
  failures_before_down: countKey(
    'Samples in a row that must fail before the check counts as down.',
    USUAL.failuresBeforeDown,
    3,
  ),
  successes_before_up: countKey(
    'Samples in a row that must work before the check counts as up again.',
    USUAL.successesBeforeUp,
    2,
  ),
} satisfies Keys;
