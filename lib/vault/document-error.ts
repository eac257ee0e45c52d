/** The document is no JSON object that could be read. The message holds nothing of its text. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}
