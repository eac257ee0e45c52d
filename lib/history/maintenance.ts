/** A stretch of maintenance. */
export interface Window {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Paths of checks and groups; everything if there are none. */
  readonly checks: readonly string[];
  readonly text?: string;
}
