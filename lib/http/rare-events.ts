/** Lambda events that are rare: requests of VPC Lattice, and what is not a request at all. */
import { oneLine } from '../errors.ts';
import { headersOf, pairsOf, recordOf, textOf, textsOf } from './event-fields.ts';
import type { Request } from './messages.ts';

/** Fields, and characters of a text, that a description shows. */
const MAX_FIELDS = 10;
const MAX_CHARACTERS = 60;

/**
 * The request that VPC Lattice sends, in either version of its events.
 * https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
 *
 * @returns Undefined where the event is something else.
 */
export function rareRequestOf(event: unknown): Request | undefined {
  const fields = recordOf(event);
  const isV2 = fields.version === '2.0';
  const target = isV2 ? fields.path : fields.raw_path;
  if (typeof target !== 'string') return undefined;
  const [path = '', ...query] = target.split('?');
  const parameters = pairsOf(isV2 ? fields.queryStringParameters : fields.query_string_parameters);
  return {
    method: textOf(fields.method, 'GET'),
    path,
    query: new URLSearchParams(query.length > 0 ? query.join('?') : parameters),
    headers: headersOf(fields.headers),
  };
}

/** Says in a few words what an event is. Shows no values but the names of its source, and never throws. */
export function describe(event: unknown): string {
  try {
    return oneLine(wordsFor(event));
  } catch {
    return 'an object that cannot be read';
  }
}

function wordsFor(event: unknown): string {
  if (event === null) return 'null';
  if (typeof event === 'string') return `a text of ${String(event.length)} characters`;
  if (Array.isArray(event)) return `a list of ${String(event.length)} items`;
  if (typeof event !== 'object') return `of the type ${typeof event}`;
  const { source, 'detail-type': detailType, Records: records } = recordOf(event);
  if (typeof source === 'string' && typeof detailType === 'string') {
    return `of EventBridge, ${cut(detailType)} from ${cut(source)}`;
  }
  const record = Array.isArray(records) ? recordOf(records[0]) : {};
  const [from] = [...textsOf(record.eventSource), ...textsOf(record.EventSource)];
  if (from !== undefined) return `records of ${cut(from)}`;
  const names = Object.keys(event);
  if (names.length === 0) return 'an empty object';
  const more = names.length > MAX_FIELDS ? ` and ${String(names.length - MAX_FIELDS)} more` : '';
  return `an object with the fields ${names.slice(0, MAX_FIELDS).map(cut).join(', ')}${more}`;
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text;
}
