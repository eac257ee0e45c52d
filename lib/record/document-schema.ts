/** The JSON Schema of a document, with what all layers know of its settings. */
import { ownSettings } from '../document/own-settings.ts';
import { documentSchema } from '../document/schema.ts';
import type { JsonSchema } from '../document/schema.ts';
import { windowSchemas } from '../history/maintenance-schema.ts';
import { notifyItems } from '../notify/schema.ts';

export async function wholeDocumentSchema(): Promise<JsonSchema> {
  const windows = { type: 'object', oneOf: Object.values(windowSchemas()) };
  return documentSchema(ownSettings, { notify: await notifyItems(), maintenance: windows });
}
