import type { OnRun } from '../engine/types.ts';

/** Where what is known of each run goes, besides the answers. */
export interface Telemetry {
  /** Takes note of a run that has ended. Never throws, and never waits. */
  readonly record: OnRun;
  /** Resolves when everything that was noted is sent, or when there is no more time to wait for it. */
  readonly flush: () => Promise<void>;
}
