/** What `healthgate ping` asks. */
import type { BeginStage } from '../engine/stages.ts';

export interface PingTarget {
  /** For messages: `http api.example:443`. */
  readonly name: string;
  /**
   * Asks once, on a new connection.
   *
   * @throws CheckError
   */
  ask(context: PingContext): Promise<Asked>;
}

export interface PingContext {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly stage: BeginStage;
}

export interface Asked {
  readonly isSuccess: boolean;
  /** `200 working`. */
  readonly outcome: string;
  /** The HTTP status, if there was one. */
  readonly status?: number;
}
