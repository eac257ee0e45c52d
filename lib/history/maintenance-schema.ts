/** The JSON Schema of the items of a document's `maintenance`. */
import type { Schema } from '../document/key-rows.ts';
import { referableSchema } from '../document/referable.ts';
import { once, repeated } from './maintenance-rules.ts';

/** By times, and by a cron expression. */
export function windowSchemas(): { readonly once: Schema; readonly repeated: Schema } {
  return { once: plain(referableSchema(once)), repeated: plain(referableSchema(repeated)) };
}

function plain(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}
