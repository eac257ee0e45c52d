/** The errors of Elasticsearch and OpenSearch: `{"error":{"type":…,"reason":…},"status":…}`. */
import { isJsonObject, jsonOf } from '../../clients/http/json.ts';
import type { HttpResponse } from '../../clients/http/request.ts';
import { after, serverWords } from '../../clients/server-words.ts';
import { AuthError, CheckError, ConfigurationError, UnhealthyError } from '../../errors.ts';

/** What was asked for, and as whom. */
interface Asked {
  readonly url: string;
  readonly user?: string | undefined;
  readonly api_key?: string | undefined;
  readonly index?: string | undefined;
}

/** The public error for an answer that is no health. */
export function refusal(response: HttpResponse, config: Asked, secrets: readonly (string | undefined)[]): CheckError {
  const { target, status } = response;
  const { type, reason } = errorIn(response);
  const words = after(serverWords(reason === '' ? type : reason, secrets));
  if (status === 401 || status === 403)
    return new AuthError(`${target} answered ${status}${words}; ${status === 401 ? loginHint(config) : RIGHTS}`);
  if (type === 'index_not_found_exception')
    return new ConfigurationError(`${target} has no index ${config.index ?? ''}${words}`);
  if (/^(master|cluster_manager)_not_discovered_exception$/.test(type))
    return new UnhealthyError(`${target} knows no master of its cluster${words}`);
  return new UnhealthyError(`${target} answered ${status}${words}`);
}

const RIGHTS = 'the user or the API key needs the cluster privilege monitor';

function loginHint({ url, user, api_key }: Asked): string {
  if (api_key !== undefined) return 'it refused the API key';
  const isAnonymous = user === undefined && new URL(url).username === '';
  return isAnonymous ? 'set user and password, or api_key' : 'it refused the user or the password';
}

/** Empty where the answer is not one of its own: a proxy may stand before it. */
function errorIn(response: HttpResponse): { readonly type: string; readonly reason: string } {
  try {
    const answer = jsonOf(response);
    const error = isJsonObject(answer) ? answer['error'] : undefined;
    if (typeof error === 'string') return { type: '', reason: error };
    if (isJsonObject(error)) return { type: textIn(error['type']), reason: textIn(error['reason']) };
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
  }
  return { type: '', reason: '' };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
