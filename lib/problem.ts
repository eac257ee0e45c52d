/** A mistake in a document, and its place. */
export interface Problem {
  /** Names from the top of the document, joined with dots: `checks.cache.data.ulr`. Empty for the whole document. */
  readonly path: string;
  readonly message: string;
}

/** The document cannot be used. The message quotes nothing from it. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  /** The other mistakes in it. */
  readonly others: readonly Problem[];

  constructor(message: string, others: readonly Problem[] = []) {
    super(message);
    this.others = others;
  }
}
