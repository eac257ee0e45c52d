/** The JSON of an answer over HTTP. */
import { UnhealthyError } from '../../errors.ts';
import { textOf } from './body.ts';
import type { HttpResponse } from './exchange.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws UnhealthyError for more than 1 MiB, and for anything that is not JSON, such as the page of a proxy. */
export function jsonOf(response: HttpResponse): unknown {
  const { target, status, whole } = response;
  if (!whole) throw new UnhealthyError(`${target} answered ${status}, but with more than 1 MiB of JSON`);
  const text = textOf(response);
  try {
    return JSON.parse(text);
  } catch {
    const what = /^\s*<(!doctype|html)\b/i.test(text) ? 'a page of HTML, not JSON' : 'not JSON';
    throw new UnhealthyError(`${target} answered ${status}, but the body is ${what}`);
  }
}

/** @throws UnhealthyError also for JSON that is not an object. */
export function jsonObjectOf(response: HttpResponse): JsonObject {
  const value = jsonOf(response);
  if (isJsonObject(value)) return value;
  throw new UnhealthyError(`${response.target} answered ${response.status}, but its JSON is not an object`);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
