import type { Reads, StoredDocument } from './store.ts';

/** The document of a namespace; undefined if there is none. Most stores have only JSON. */
export async function readDocument(
  store: Reads,
  namespace: string,
  signal: AbortSignal,
): Promise<StoredDocument | undefined> {
  if (store.readDocument !== undefined) return store.readDocument(namespace, signal);
  const text = await store.read(namespace, signal);
  return text === undefined ? undefined : { text, format: 'json', problems: [] };
}
