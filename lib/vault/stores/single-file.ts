/** One document in a file, as a vault with one namespace. The secrets that it refers to are in another store. */
import { basename, dirname, extname } from 'node:path';
import { NAMESPACE } from '../../document/tokens.ts';
import { ConfigurationError } from '../../errors.ts';
import { formatOf, readFileOf } from './file.ts';
import type { Store } from './store.ts';

/** The name of the namespace if the file's is none. */
const NAME = 'document';

/** @param secrets Where the secrets are. */
export function singleFileStore(file: string, secrets: Store): Store {
  const given = basename(file, extname(file));
  const name = NAMESPACE.test(given) ? given : NAME;
  const readDocument = async (namespace: string) => {
    const text = namespace === name ? await readFileOf(dirname(file), basename(file)) : undefined;
    return text === undefined ? undefined : { text, format: formatOf(file), problems: [], file };
  };
  return {
    isRemote: secrets.isRemote,
    location: file,
    readDocument,
    read: async (namespace) => (await readDocument(namespace))?.text,
    readSecret: (secret, signal) => secrets.readSecret(secret, signal),
    list: () => Promise.resolve([name]),
    write: () => Promise.reject(new ConfigurationError(`${file} is only read`)),
  };
}
