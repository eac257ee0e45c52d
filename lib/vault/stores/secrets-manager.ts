/**
 * AWS Secrets Manager as a vault: one secret `<prefix>/<namespace>` each. Documents refer to secrets by their full name
 * or ARN.
 */
import { NAMESPACE } from '../../document/tokens.ts';
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import { DocumentError } from '../../problem.ts';
import { readBatches } from './secrets-manager-batch.ts';
import { MARKED_FOR_DELETION, NOT_FOUND, secretsManager, textOf } from './secrets-manager-calls.ts';
import type { Store } from './store.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const NAME = /^[\w/+=.@-]{1,512}$/;
const NAME_OR_ARN = /^[\w/+=.@:-]{1,2048}$/;
const MAX_SECRET_BYTES = 65_536;

/** Milliseconds for which a call that was denied is not made again. */
const DENIED_MS = 3_600_000;

const PAGE_SIZE = 100;
const MAX_PAGES = 100;

/** A namespace whose secret is marked for deletion must disappear, and not be served from memory for an hour. */
const NO_DOCUMENT = [NOT_FOUND, MARKED_FOR_DELETION];
const NO_SECRET = [NOT_FOUND];

/**
 * @param prefix The prefix of the secrets of all namespaces; a slash at its end may be left out.
 * @throws ConfigurationError if no secret's name can begin with it.
 */
export function secretsManagerStore(prefix: string): Store {
  if (!NAME.test(prefix))
    throw new ConfigurationError('secretsmanager: a prefix may contain only letters, digits and /_+=.@-');
  const root = prefix.replace(/\/*$/, '/');

  const api = secretsManager();
  const { call } = api;
  const get = async (name: string, absent: readonly string[], signal: AbortSignal) => {
    const object = `secret ${name}`;
    const found = await call({ action: 'GetSecretValue', input: { SecretId: name }, object, absent }, signal);
    return found && textOf(found, object);
  };

  /** The time until which several secrets are not read by one call. */
  let singlyUntil = 0;

  const store: Store = {
    isRemote: true,
    location: `secretsmanager:${prefix}`,
    read: (namespace, signal) => get(root + namespace, NO_DOCUMENT, signal),
    async readMany(namespaces, signal) {
      const ids = namespaces.map((namespace) => root + namespace);
      const read = await readBatches(api, ids, () => NO_DOCUMENT, signal);
      return new Map([...read].map(([id, value]) => [id.slice(root.length), value]));
    },
    async together(namespace, secrets, signal) {
      const document = root + namespace;
      const names = secrets.filter((name) => NAME.test(name) && name !== document);
      if (names.length === 0 || Date.now() < singlyUntil) return store;
      const absent = (id: string) => (id === document ? NO_DOCUMENT : NO_SECRET);
      try {
        const read = await readBatches(api, [document, ...names], absent, signal);
        return {
          read: async () => found(read, document),
          readSecret: (name) =>
            names.includes(name) ? asSecret(name, async () => found(read, name)) : store.readSecret(name, signal),
        };
      } catch (error) {
        // Single secrets need one permission less, and AWS allows many more such calls a second.
        if (error instanceof AuthError) singlyUntil = Date.now() + DENIED_MS;
        return store;
      }
    },
    async readSecret(name, signal) {
      if (!NAME_OR_ARN.test(name)) return undefined;
      return asSecret(name, () => get(name, NO_SECRET, signal));
    },
    async list(signal) {
      const names: string[] = [];
      let NextToken: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const input = { MaxResults: PAGE_SIZE, NextToken, Filters: [{ Key: 'name' as const, Values: [root] }] };
        const answer = await call({ action: 'ListSecrets', input, object: '*' }, signal);
        for (const { Name = '' } of answer?.SecretList ?? [])
          if (Name.startsWith(root)) names.push(Name.slice(root.length));
        NextToken = answer?.NextToken;
        if (NextToken === undefined) return names.filter((name) => NAMESPACE.test(name));
      }
      const most = MAX_PAGES * PAGE_SIZE;
      throw new UnhealthyError(
        `more than ${most} secrets have names that begin with ${root}; choose a prefix that only namespaces have`,
      );
    },
    async write(namespace, text, signal) {
      const name = root + namespace;
      const object = `secret ${name}`;
      if (Buffer.byteLength(text) > MAX_SECRET_BYTES)
        throw new ConfigurationError(
          `${object}: a document in Secrets Manager may have at most ${MAX_SECRET_BYTES} bytes`,
        );
      const value = { SecretId: name, SecretString: text };
      const put = await call({ action: 'PutSecretValue', input: value, object, absent: [NOT_FOUND] }, signal);
      if (put !== undefined) return;
      await call({ action: 'CreateSecret', input: { Name: name, SecretString: text }, object }, signal);
    },
  };
  return store;
}

async function asSecret(name: string, read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof DocumentError ? new ConfigurationError(`secret ${name} is ${error.message}`) : error;
  }
}

function found(read: ReadonlyMap<string, string | Error>, id: string): string | undefined {
  const value = read.get(id);
  if (value instanceof Error) throw value;
  return value;
}
