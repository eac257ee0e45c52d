import type { OutageCause } from '../engine/outages.ts';
import type { State } from './sample.ts';

/** A confirmed change of one check, or of the whole. All times are milliseconds since 1970. */
export interface Change {
  /** The same whoever finds the change. */
  readonly id: string;
  readonly outage: string;
  readonly namespace: string;
  /** `group/name`; empty for the whole namespace. */
  readonly path: string;
  readonly from: State;
  readonly to: State;
  /** The time of the first sample of the new state. */
  readonly since: number;
  /** The time of the sample that confirmed it. */
  readonly at: number;
  readonly error?: string;
  /** What it rests on, unless that is the check itself. */
  readonly causes: readonly OutageCause[];
  /** The paths of the other checks that fail because of it. */
  readonly consequences: readonly string[];
  readonly runbook?: string;
  /** Whether it is the observer that is cut off, and not what it observes. */
  readonly observer?: true;
}
