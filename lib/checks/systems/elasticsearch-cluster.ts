/** What Elasticsearch and OpenSearch say of themselves: https://www.elastic.co/docs/api/doc/elasticsearch */
import { unescape } from 'node:querystring';
import { isJsonObject, jsonObjectOf } from '../../clients/http/json.ts';
import type { JsonObject } from '../../clients/http/json.ts';
import { basicLogin } from '../../clients/http/login.ts';
import { webTarget } from '../../clients/http/request.ts';
import type { HttpResponse } from '../../clients/http/request.ts';
import { ask, below } from '../../clients/http/rest.ts';
import { within } from '../../engine/deadline.ts';
import type { CheckContext } from '../../engine/types.ts';
import { CheckError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { Problem } from '../../problem.ts';
import { refusal } from './elasticsearch-errors.ts';
import { reasonIn, SHARDS_QUERY, unassignedShard } from './elasticsearch-shards.ts';

export interface ClusterConfig {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly api_key?: string | undefined;
  readonly index?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface ClusterHealth {
  readonly status: string;
  readonly nodes: number;
  /** Active shards, and those that should be. */
  readonly shards: number;
  readonly unassigned: number;
  readonly initializing: number;
  readonly pending: number;
}

/** The share of the check's time in which the master must answer the node that is asked. */
const MASTER_SHARE = 0.6;

export class ElasticsearchCluster {
  readonly #config: ClusterConfig;
  readonly #context: CheckContext;
  readonly #target: string;

  constructor(config: ClusterConfig, context: CheckContext) {
    this.#config = config;
    this.#context = context;
    this.#target = webTarget('elasticsearch', config.url);
  }

  async health(): Promise<ClusterHealth> {
    // Without the first, it waits half a minute for an index that does not exist; without the other, for a master.
    const waits = `timeout=0s&master_timeout=${String(Math.ceil(this.#context.limitMs * MASTER_SHARE))}ms`;
    const response = await this.#ask(`/_cluster/health${this.#index}?${waits}`);
    const { status } = response;
    // It answers 408 with the status as it is now.
    if (status !== 200 && status !== 408) throw this.#refusal(response);
    const answer = jsonObjectOf(response);
    const read = (name: string) => numberIn(answer, name, response);
    if (!isColour(answer['status'])) {
      if ('error' in answer) throw this.#refusal(response);
      throw new UnhealthyError(`${this.#target} answered ${status}, but its JSON has no status: is it Elasticsearch?`);
    }
    const [unassigned, initializing] = [read('unassigned_shards'), read('initializing_shards')];
    return {
      status: answer['status'],
      nodes: read('number_of_nodes'),
      shards: read('active_shards') + unassigned + initializing,
      unassigned,
      initializing,
      pending: read('number_of_pending_tasks'),
    };
  }

  /** @throws ConfigurationError if there is no such index. The health of none is red, and of a pattern, green. */
  async proveIndex(index: string): Promise<void> {
    const response = await this.#ask(`/_cat/indices${this.#index}?format=json&h=index`);
    if (response.status !== 200) throw this.#refusal(response);
    if (response.body.toString().trim() === '[]')
      throw new ConfigurationError(`${this.#target} has no index that matches ${index}`);
  }

  /**
   * Why a shard is unassigned, in one line. Undefined if it does not tell, or not in time: whoever may see the health
   * may not always see this.
   */
  async explain(limitMs: number): Promise<string | undefined> {
    this.#context.stage('allocation explain', 'while asking why a shard is unassigned');
    try {
      return await within({ limitMs, signal: this.#context.signal, from: this.#target }, async (signal) => {
        const quiet = { signal, stage: () => undefined };
        const { body } = await this.#ask(`/_cat/shards${this.#index}?${SHARDS_QUERY}`, quiet);
        // Unless it is told which shard, the server chooses any: a replica where a primary is missing.
        const shard = unassignedShard(body.toString());
        const response = await this.#ask('/_cluster/allocation/explain', quiet, shard);
        return response.status === 200 ? reasonIn(jsonObjectOf(response), this.#secrets) : undefined;
      });
    } catch (error) {
      if (this.#context.signal.aborted || !(error instanceof CheckError)) throw error;
      return undefined;
    }
  }

  get #index(): string {
    const { index } = this.#config;
    return index === undefined ? '' : `/${index.split(',').map(encodeURIComponent).join(',')}`;
  }

  get #secrets(): readonly (string | undefined)[] {
    const { url, password, api_key } = this.#config;
    return [password, api_key, unescape(new URL(url).password)];
  }

  #ask(
    path: string,
    context: Pick<CheckContext, 'signal' | 'stage'> = this.#context,
    body?: object,
  ): Promise<HttpResponse> {
    const { url, ca, cert, key } = this.#config;
    const authorization = authorizationOf(this.#config);
    const headers = authorization === undefined ? {} : { authorization };
    return ask({ kind: 'elasticsearch', url: below(url, path), headers, ca, cert, key }, context, body);
  }

  #refusal(response: HttpResponse): CheckError {
    return refusal(response, this.#config, this.#secrets);
  }
}

/** A user and password count more than those of the URL. */
function authorizationOf({ url, user, password, api_key }: ClusterConfig): string | undefined {
  if (api_key !== undefined)
    return `ApiKey ${api_key.includes(':') ? Buffer.from(api_key).toString('base64') : api_key}`;
  const { username, password: other } = new URL(url);
  const login = new URL(url);
  login.username = user === undefined ? username : encodeURIComponent(user);
  login.password = password === undefined ? other : encodeURIComponent(password);
  return basicLogin(login.href);
}

/** What is wrong with the keys that say who logs in, taken together. */
export function loginMistake({ url, user, password, api_key }: ClusterConfig): Problem | undefined {
  const { username, password: inUrl } = new URL(url);
  const hasUser = user !== undefined || username !== '';
  const hasPassword = password !== undefined || inUrl !== '';
  if (api_key !== undefined && (hasUser || hasPassword))
    return { path: 'api_key', message: 'cannot be used with a user or a password: leave one of them out' };
  if (hasPassword && !hasUser) return { path: 'user', message: 'missing: a password needs its user' };
  if (hasUser && !hasPassword) return { path: 'password', message: 'missing: a user needs a password' };
  return undefined;
}

function isColour(value: unknown): value is string {
  return value === 'green' || value === 'yellow' || value === 'red';
}

function numberIn(answer: JsonObject, name: string, { target, status }: HttpResponse): number {
  const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const fault = isJsonObject(value) || value === undefined ? 'is missing' : 'is not a number';
  throw new UnhealthyError(`${target} answered ${status}, but ${name} of its JSON ${fault}`);
}
