/** The JSON Schema of documents as a file in a vault's folder, with which editors complete and check the documents. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { wholeDocumentSchema } from '../record/document-schema.ts';

/** Its name, and what a document in the same folder calls it. A namespace's name begins with no dot. */
export const SCHEMA_FILE = './.healthgate.schema.json';

/**
 * Writes the schema of this version beside a document. An earlier one is replaced.
 *
 * @param document Path of the document.
 */
export async function writeSchemaBeside(document: string): Promise<void> {
  await writeFile(join(dirname(document), SCHEMA_FILE), `${JSON.stringify(await wholeDocumentSchema())}\n`);
}
