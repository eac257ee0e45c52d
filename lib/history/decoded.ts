/** Spans that were decoded before. A view has hundreds, and from one view to the next only the latest change. */
import type { Span } from './span.ts';

/** Of all spans that are kept: about 50 MB, since a trouble has a message of up to some hundred bytes. */
const MAX_WEIGHT = 50_000;

interface Decoded {
  /** What it was made from. */
  readonly bytes: Uint8Array;
  readonly span: Span;
}

export class DecodedSpans {
  /** By namespace and key. What was used last is last. */
  readonly #kept = new Map<string, Decoded>();
  #weight = 0;

  /** @param decode Decodes what was not decoded before, or was something else then. */
  async get(namespace: string, key: string, bytes: Uint8Array, decode: () => Promise<Span>): Promise<Span> {
    const name = `${key} ${namespace}`;
    const known = this.#kept.get(name);
    const span = known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known.span : await decode();
    this.#forget(name);
    this.#kept.set(name, { bytes, span });
    this.#weight += weightOf(span);
    for (const [oldest] of this.#kept) {
      if (this.#weight <= MAX_WEIGHT) break;
      this.#forget(oldest);
    }
    return span;
  }

  #forget(name: string): void {
    const known = this.#kept.get(name);
    if (known !== undefined) this.#weight -= weightOf(known.span);
    this.#kept.delete(name);
  }
}

/** The span itself, its checks and their troubles. */
function weightOf({ checks }: Span): number {
  let weight = 1 + checks.size;
  for (const { troubles } of checks.values()) weight += troubles.length;
  return weight;
}
