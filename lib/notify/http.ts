/** Sends the request of a target over HTTP, and tells a refusal as a `SendError`. */
import { textOf } from '../clients/http/body.ts';
import type { HttpResponse } from '../clients/http/exchange.ts';
import { isJsonObject, jsonObjectOf } from '../clients/http/json.ts';
import type { JsonObject } from '../clients/http/json.ts';
import { send } from '../clients/http/request.ts';
import { after, serverWords } from '../clients/server-words.ts';
import { retryAfter } from './retry-after.ts';
import { SendError } from './send-error.ts';
import type { Sending } from './target.ts';

export interface Request {
  /** The type of target, for messages. */
  readonly type: string;
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @throws SendError, or a `CheckError` for a failure of the network. */
export async function call(request: Request, sending: Sending): Promise<HttpResponse> {
  const { type, headers = {} } = request;
  // A redirect is a refusal too: the notice would go to somebody else.
  const answer = await send({ ...request, kind: type, headers, readsBody: true }, sending, () => true);
  const { status, target } = answer;
  if (status >= 200 && status <= 299) return answer;
  const hint = status >= 300 && status <= 399 ? ', a redirect, which is not followed; correct the url' : '';
  throw new SendError(sending.hide(`${target} answered ${String(status)}${hint}${after(wordsOf(answer))}`), {
    isFinal: isFinalStatus(status),
    retryAfterMs: retryAfter(answer.headers['retry-after'], sending.now()),
  });
}

/** Sends JSON. */
export function callJson(request: Omit<Request, 'body'>, body: unknown, sending: Sending): Promise<HttpResponse> {
  const headers = { 'content-type': 'application/json', ...request.headers };
  return call({ ...request, headers, body: JSON.stringify(body) }, sending);
}

/** @throws UnhealthyError if the answer is not a JSON object. */
export function objectIn(answer: HttpResponse): JsonObject {
  return jsonObjectOf(answer);
}

/** These ask for another try. Statuspage answers 420 to too many requests. */
const PASSING: readonly number[] = [408, 420, 425, 429];

/** Whether a request that got this status would get it again. */
export function isFinalStatus(status: number): boolean {
  return status < 500 && !PASSING.includes(status);
}

/** Where vendors say what is wrong with a request. */
const WORDS = ['message', 'error', 'error_description', 'errors', 'msg'];
/** Words that are not JSON: Slack answers `invalid_payload`. */
const PLAIN_WORDS = /^[\w .,:;()'-]{1,200}$/;

function wordsOf(answer: HttpResponse): string {
  const text = textOf(answer).trim();
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return '';
    const said = WORDS.flatMap((key) => value[key]).filter((word) => typeof word === 'string');
    return serverWords([...new Set(said)].join('; '));
  } catch {
    return PLAIN_WORDS.test(text) ? serverWords(text) : '';
  }
}
