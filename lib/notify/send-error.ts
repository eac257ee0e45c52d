/** A notice was not sent. The message is one line without secrets. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** Whether another try would fail too. */
  readonly isFinal: boolean;
  /** Milliseconds that the target asks to wait before the next try. */
  readonly retryAfterMs?: number;

  constructor(message: string, { isFinal, retryAfterMs }: { isFinal: boolean; retryAfterMs?: number | undefined }) {
    super(message);
    this.isFinal = isFinal;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}
