// Not the whole of negotiator, which also chooses among languages, charsets and encodings: every cold start loads it.
import preferredMediaTypes from 'negotiator/lib/mediaType.js';
import { isAvailable } from '../formats/format.ts';
import type { FormatEntry, Need } from '../formats/format.ts';
import { formats } from '../formats/index.ts';

/** The parameters of a media type, except its weight: a charset or version must not rule out a format. */
const PARAMETER = /;(?!\s*q=)[^;,]*/gi;

/**
 * The format of an answer: the one in `?format=`, otherwise the one that `Accept` prefers, otherwise the first.
 *
 * @param has What the deployment has in addition to reports.
 * @returns undefined if the query asks for what does not exist.
 */
export function negotiate(
  query: URLSearchParams,
  accept: string | undefined,
  has: readonly Need[] = [],
): FormatEntry | undefined {
  if (variants.some(({ parameter }) => isUnknown(parameter, query))) return undefined;
  const available = formats.filter((format) => isAvailable(format, has));
  const format = chosen(available, query, accept);
  const { variant } = format ?? {};
  const value = variant && query.get(variant.parameter);
  if (format === undefined || variant === undefined || typeof value !== 'string') return format;
  const { values, needs = [], load } = variant;
  return values.test(value) && isAvailable(variant, has) ? { ...format, needs, load } : undefined;
}

const variants = formats.flatMap(({ variant }) => variant ?? []);

/** Whether a parameter has a value that no format knows. A format that does not have the parameter ignores another. */
function isUnknown(parameter: string, query: URLSearchParams): boolean {
  const value = query.get(parameter);
  return value !== null && !variants.some((own) => own.parameter === parameter && own.values.test(value));
}

function chosen(
  available: readonly FormatEntry[],
  query: URLSearchParams,
  accept: string | undefined,
): FormatEntry | undefined {
  const name = query.get('format');
  // A plus in a query stands for a space, and no format has a space in its name.
  if (name !== null) return available.find((format) => format.name === name.replaceAll(' ', '+'));
  const mediaTypes = available.flatMap(({ mediaType }) => mediaType ?? []);
  const [preferred] = preferredMediaTypes(accept?.replace(PARAMETER, ''), mediaTypes);
  return available.find(({ mediaType }) => mediaType !== undefined && mediaType === preferred) ?? formats[0];
}
