/** Spans that were decoded before. A view has hundreds, and from one view to the next only the latest change. */
import type { Span } from './span.ts';

/** Checks of all spans that are kept: about 50 MB. */
const MAX_CHECKS = 50_000;

interface Decoded {
  /** What it was made from. */
  readonly bytes: Uint8Array;
  readonly span: Span;
}

export class DecodedSpans {
  /** By namespace and key. What was used last is last. */
  readonly #kept = new Map<string, Decoded>();
  #checks = 0;

  /** @param decode Decodes what was not decoded before, or was something else then. */
  async get(namespace: string, key: string, bytes: Uint8Array, decode: () => Promise<Span>): Promise<Span> {
    const name = `${key} ${namespace}`;
    const known = this.#kept.get(name);
    const span = known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known.span : await decode();
    this.#forget(name);
    this.#kept.set(name, { bytes, span });
    this.#checks += span.checks.size;
    for (const [oldest] of this.#kept) {
      if (this.#checks <= MAX_CHECKS) break;
      this.#forget(oldest);
    }
    return span;
  }

  #forget(name: string): void {
    this.#checks -= this.#kept.get(name)?.span.checks.size ?? 0;
    this.#kept.delete(name);
  }
}
