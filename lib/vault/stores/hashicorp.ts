/**
 * HashiCorp Vault or OpenBao as a vault, through their key-value engine, version 2.
 *
 * A document is stored as text, in the only field of its secret, `document`: Vault sorts the keys of objects, but the
 * answer follows the order of the document. A secret with other fields is read as a JSON object of them.
 *
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
 */
import { readFile } from 'node:fs/promises';
import { send, webTarget } from '../../clients/http/request.ts';
import type { HttpRequest, HttpResponse } from '../../clients/http/request.ts';
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { isArray, isObject, toPlain } from '../../document/json.ts';
import { parseDocument } from '../../document/source.ts';
import { DocumentError } from '../../problem.ts';
import type { Json, JsonObject } from '../../document/json.ts';
import type { Store } from './store.ts';
import { NAMESPACE } from '../../document/tokens.ts';

const FIELD = 'document';
const KIND = 'HashiCorp Vault';

/** Names between slashes. None begins with a dot: `..` would lead to other parts of the API. */
const PATH = /^(?!\.)[\w+=@.:~ -]+(?:\/(?!\.)[\w+=@.:~ -]+)*$/;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param place `<mount>/<prefix>`: the mount path of the engine (a slash in it is written `%2F`), and the folder of the
 *              namespaces. Documents refer to other secrets of the same mount by their path.
 * @param env   Contains `VAULT_ADDR`, `VAULT_TOKEN` and optionally `VAULT_NAMESPACE` and `VAULT_CACERT`, or the same
 *              with `BAO_`.
 * @throws ConfigurationError if any of these is missing or malformed.
 */
export async function hashicorpStore(place: string, env: Environment = process.env): Promise<Store> {
  const [first = '', ...folders] = place.replace(/\/+$/, '').split('/');
  const mount = first.replaceAll(/%2f/gi, '/');
  const prefix = folders.map((folder) => `${folder}/`).join('');
  if (!PATH.test(`${mount}/${prefix}`.replace(/\/$/, '')))
    throw new ConfigurationError('hashicorp: expected <mount/prefix>, such as secret/healthgate');
  const { address, headers, ca } = await readSettings(env);

  const request = async ({ right, path, query = '', ...more }: Call, signal: AbortSignal) => {
    const url = `${address}/v1/${`${mount}/${path}`.split('/').map(encodeURIComponent).join('/')}${query}`;
    const sent = { kind: KIND, url, method: 'GET', headers, ca, readsBody: true, ...more };
    const response = await send(sent, { signal, stage: () => undefined }, () => true);
    return resultOf(response, { mount, needs: `${right} on ${mount}/${path}` });
  };
  const read = async (path: string, signal: AbortSignal): Promise<string | undefined> => {
    const answer = await request({ right: 'read', path: `data/${path}` }, signal);
    if (answer === undefined) return undefined;
    const fields = child(child(answer, 'data'), 'data');
    if (!isObject(fields)) throw notVault(webTarget(KIND, address));
    const document = fields.get(FIELD);
    return fields.size === 1 && typeof document === 'string' ? document : JSON.stringify(toPlain(fields));
  };

  return {
    isRemote: true,
    location: `hashicorp:${place}`,
    read: (namespace, signal) => read(prefix + namespace, signal),
    async readSecret(name, signal) {
      return PATH.test(name) ? read(name, signal) : undefined;
    },
    async list(signal) {
      // Not with the method LIST, which some proxies refuse.
      const answer = await request({ right: 'list', path: `metadata/${prefix}`, query: '?list=true' }, signal);
      const keys = child(child(answer, 'data'), 'keys') ?? [];
      if (!isArray(keys)) throw notVault(webTarget(KIND, address));
      return keys.filter((key) => typeof key === 'string').filter((key) => NAMESPACE.test(key));
    },
    async write(namespace, text, signal) {
      const body = JSON.stringify({ data: { [FIELD]: text } });
      const path = `data/${prefix}${namespace}`;
      await request({ right: 'create and update', path, method: 'POST', body }, signal);
    },
  };
}

/** One request to the API. */
interface Call extends Partial<Pick<HttpRequest, 'method' | 'body'>> {
  /** What the token's policy must allow. */
  readonly right: string;
  /** Below the mount. */
  readonly path: string;
  readonly query?: string;
}

interface Settings {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
}

async function readSettings(env: Environment): Promise<Settings> {
  /** With the precedence of OpenBao's own command line. */
  const setting = (name: string) => (env[`BAO_${name}`] ?? env[`VAULT_${name}`])?.trim();
  const address = setting('ADDR') ?? '';
  const token = setting('TOKEN') ?? '';
  const namespace = setting('NAMESPACE') ?? '';
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new ConfigurationError('hashicorp: set VAULT_ADDR to an address such as https://vault.example:8200');
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ConfigurationError('hashicorp: set VAULT_TOKEN to a token');
  if (!/^[\x21-\x7e]*$/.test(namespace))
    throw new ConfigurationError('hashicorp: VAULT_NAMESPACE is not a valid namespace');
  return {
    address: address.replace(/\/+$/, ''),
    headers: {
      'x-vault-request': 'true',
      'x-vault-token': token,
      ...(namespace !== '' && { 'x-vault-namespace': namespace }),
    },
    ca: await readCa(setting('CACERT')),
  };
}

async function readCa(file: string | undefined): Promise<string | undefined> {
  if (file === undefined || file === '') return undefined;
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(
      `hashicorp: the file that VAULT_CACERT names cannot be read: ${String(codeOf(error))}`,
    );
  });
}

/** Undefined if there is nothing at that path. */
function resultOf(response: HttpResponse, { mount, needs }: { mount: string; needs: string }): JsonObject | undefined {
  const { target, status } = response;
  if (status === 204) return new Map();
  if (status !== 404 && (status < 200 || status > 299)) throw refusal(target, status, needs);
  const body = parse(response);
  if (status !== 404) return body;
  const errors = body.get('errors');
  // A missing secret causes no such error. A deleted one has null as its data.
  if (errors !== undefined && isArray(errors) && errors.length > 0)
    throw new ConfigurationError(
      `${target} has no key-value engine mounted at ${mount}; expected hashicorp:<mount/prefix>`,
    );
  return undefined;
}

function parse({ target, whole, body }: HttpResponse): JsonObject {
  if (!whole) throw new UnhealthyError(`${target} sent more than a document may contain`);
  try {
    return parseDocument(body.toString());
  } catch (error) {
    if (error instanceof DocumentError) throw notVault(target);
    throw error;
  }
}

function notVault(target: string): CheckError {
  return new UnhealthyError(`${target} did not answer like Vault's API; is VAULT_ADDR right?`);
}

const STANDBY = 'is a standby that does not answer itself; set VAULT_ADDR to the active node or a load balancer';

/**
 * https://developer.hashicorp.com/vault/api-docs#http-status-codes, and the statuses of `/sys/health`, which load
 * balancers pass on.
 */
const REFUSALS: Readonly<Record<number, string>> = {
  307: STANDBY,
  429: 'limits the rate of requests; see its rate limit quotas',
  472: STANDBY,
  473: STANDBY,
  501: 'is not initialized',
  503: 'is sealed, or down for maintenance',
};

function refusal(target: string, status: number, needs: string): CheckError {
  if (status === 401 || status === 403)
    return new AuthError(`${target} denied access; is VAULT_TOKEN still valid, and does its policy allow ${needs}?`);
  return new UnhealthyError(`${target} ${REFUSALS[status] ?? `answered ${status}`}`);
}

function child(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value.get(key) : undefined;
}
