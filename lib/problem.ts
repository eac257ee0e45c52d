/** What is wrong with a document, and where. */
export interface Problem {
  /** Names from the top of the document, joined by dots: `checks.cache.data.ulr`. Empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The document cannot be used. The message holds nothing of its text. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  /** What else is wrong with it. */
  readonly others: readonly Problem[];

  constructor(message: string, others: readonly Problem[] = []) {
    super(message);
    this.others = others;
  }
}
