/** A store in memory: the real interface, with a record of its calls. */
import type { Store } from '../../lib/vault/stores/store.ts';

export interface MemoryStore extends Store {
  readonly documents: Map<string, string>;
  readonly secrets: Map<string, string>;
  /** Its calls, in order: `read prod`, `many prod dev`, `secret database`, `list`. */
  readonly calls: string[];
  /** Receives each call before the store answers it. May wait, or throw what the store should throw. */
  before: (call: string, signal: AbortSignal) => Promise<void> | void;
}

/** A store that also reads several documents in one call, as AWS does. `unreadable`: errors of single documents. */
export function batchStore(
  documents: Readonly<Record<string, unknown>>,
  unreadable: Readonly<Record<string, Error>> = {},
): MemoryStore {
  const store = memoryStore(documents);
  store.readMany = async (namespaces, signal) => {
    const call = `many ${namespaces.join(' ')}`;
    store.calls.push(call);
    await store.before(call, signal);
    return new Map(
      namespaces.flatMap((name): [string, string | Error][] => {
        const found = unreadable[name] ?? store.documents.get(name);
        return found === undefined ? [] : [[name, found]];
      }),
    );
  };
  return store;
}

/**
 * @param documents Texts by namespace. Any other value is converted to JSON.
 * @param secrets   Texts by name.
 */
export function memoryStore(
  documents: Readonly<Record<string, unknown>> = {},
  secrets: Readonly<Record<string, string>> = {},
): MemoryStore {
  const texts = Object.entries(documents).map(([name, document]): [string, string] => [name, textOf(document)]);
  const asked = async (call: string, signal: AbortSignal) => {
    store.calls.push(call);
    await store.before(call, signal);
  };
  const store: MemoryStore = {
    isRemote: false,
    location: 'memory:test',
    documents: new Map(texts),
    secrets: new Map(Object.entries(secrets)),
    calls: [],
    before: () => undefined,
    async read(namespace, signal) {
      await asked(`read ${namespace}`, signal);
      return store.documents.get(namespace);
    },
    async readSecret(name, signal) {
      await asked(`secret ${name}`, signal);
      return store.secrets.get(name);
    },
    async list(signal) {
      await asked('list', signal);
      return [...store.documents.keys()];
    },
    async write(namespace, text, signal) {
      await asked(`write ${namespace}`, signal);
      store.documents.set(namespace, text);
    },
  };
  return store;
}

function textOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}
