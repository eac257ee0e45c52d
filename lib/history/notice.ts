import type { Change } from './change.ts';
import type { State } from './sample.ts';

/** What a target wants to be told. */
export interface NoticeRule {
  /** Identifies the target in the namespace. */
  readonly target: string;
  /** Paths of checks and groups; everything if there are none. */
  readonly for: readonly string[];
  readonly on: readonly State[];
  /** Milliseconds that it must last. */
  readonly afterMs: number;
  /** Whether it wants to know of what is found out later about an outage that it was told of. */
  readonly updates: boolean;
  /** Whether it is told after each sample how the namespace is, instead of what changes. */
  readonly every: boolean;
}

/** What one target is told, as it is kept until it is sent. */
export interface PlannedNotice {
  /** The same whoever plans it: a target that knows it already may ignore it. */
  readonly id: string;
  readonly target: string;
  /** `update` tells more of what was told before; `beat` how the namespace is. */
  readonly kind: 'change' | 'update' | 'beat';
  /** The outage as a change of the check that is its cause. */
  readonly change: Change;
  /** When the outage began, in milliseconds since 1970. */
  readonly began: number;
  /** How many notices of the outage there were before it. */
  readonly number: number;
}

/** A notice to be sent. */
export interface Notice extends PlannedNotice {
  /** All checks that are not up when it is sent and that the target knows of, whatever outage they belong to. */
  readonly notUp: readonly { readonly path: string; readonly state: State }[];
  /** Whether it only tries the target, and nothing has happened. */
  readonly isTest?: true;
}
