import Negotiator from 'negotiator';
import type { FormatEntry } from '../formats/format.ts';
import { formats } from '../formats/index.ts';

/** The formats that can be written with what there is: reports, and nothing else. */
const available = formats.filter(({ needs = [] }) => needs.length === 0);

const byName = new Map(available.map((format) => [format.name, format]));
const byMediaType = new Map(
  available.flatMap((format) => (format.mediaType === undefined ? [] : [[format.mediaType, format]])),
);

/** Parameters of a media type, except its weight: a charset or version must not rule out the only one of its type. */
const PARAMETER = /;(?!\s*q=)[^;,]*/gi;

/**
 * The format of an answer: what `?format=` says, else what `Accept` prefers, else the first.
 *
 * @returns undefined where `?format=` names none.
 */
export function negotiate(query: URLSearchParams, accept: string | undefined): FormatEntry | undefined {
  const name = query.get('format');
  if (name !== null) return byName.get(name);
  const headers = { accept: accept?.replace(PARAMETER, '') };
  const preferred = new Negotiator({ headers }).mediaType([...byMediaType.keys()]);
  return byMediaType.get(preferred ?? '') ?? formats[0];
}
