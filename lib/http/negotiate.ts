// Not the whole of negotiator, which also chooses among languages, charsets and encodings: every cold start loads it.
import preferredMediaTypes from 'negotiator/lib/mediaType.js';
import type { FormatEntry } from '../formats/format.ts';
import { formats } from '../formats/index.ts';

/** The formats that need nothing but the report. */
const available = formats.filter(({ needs = [] }) => needs.length === 0);

const byName = new Map(available.map((format) => [format.name, format]));
const byMediaType = new Map(
  available.flatMap((format) => (format.mediaType === undefined ? [] : [[format.mediaType, format]])),
);

/** The parameters of a media type, except its weight: a charset or version must not rule out a format. */
const PARAMETER = /;(?!\s*q=)[^;,]*/gi;

/**
 * The format of an answer: the one in `?format=`, otherwise the one that `Accept` prefers, otherwise the first.
 *
 * @returns undefined if `?format=` names an unknown format.
 */
export function negotiate(query: URLSearchParams, accept: string | undefined): FormatEntry | undefined {
  const name = query.get('format');
  // A plus in a query stands for a space, and no format has a space in its name.
  if (name !== null) return byName.get(name.replaceAll(' ', '+'));
  const [preferred] = preferredMediaTypes(accept?.replace(PARAMETER, ''), [...byMediaType.keys()]);
  return byMediaType.get(preferred ?? '') ?? formats[0];
}
