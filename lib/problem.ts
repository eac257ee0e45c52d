/** A mistake in a document, and its place. */
export interface Problem {
  /** Names from the top of the document, joined with dots: `checks.cache.data.ulr`. Empty for the whole document. */
  readonly path: string;
  readonly message: string;
  /** Place in the text, both from 1. Only where the parser found the mistake, or somebody asked for places. */
  readonly line?: number;
  readonly column?: number;
}

/** The document cannot be used. The message holds nothing of its text beyond names of keys. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  /** Why it cannot be used, then what else is wrong with it. */
  readonly problems: readonly [Problem, ...Problem[]];

  /** @param problem Why; a string where it is about the document as a whole. */
  constructor(problem: string | Problem, others: readonly Problem[] = []) {
    const first = typeof problem === 'string' ? { path: '', message: problem } : problem;
    super(inWords(first));
    this.problems = [first, ...others];
  }
}

/** `checks.db.ulr: unknown key`, or `not valid JSON: … (line 2, column 1)`. */
function inWords({ path, message, line, column }: Problem): string {
  const place = line === undefined ? '' : ` (line ${String(line)}, column ${String(column ?? 1)})`;
  return `${path === '' ? '' : `${path}: `}${message}${place}`;
}
