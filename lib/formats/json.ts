/** The native schema: the namespace's document with every leaf replaced by its result. */
import { isGroup } from '../engine/types.ts';
import type { Result } from '../engine/types.ts';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';
import { statusText } from './words.ts';

export const json: Format = {
  contentType: 'application/json',
  status: statusByVerdict,
  render: ({ report }) => `${write(report.result)}\n`,
};

/** By hand, since an object would put names that look like numbers first, and does not allow the name `__proto__`. */
function write(result: Result): string {
  if (isGroup(result)) {
    return `{${result.parts.map((part) => `${JSON.stringify(part.name)}:${write(part)}`).join(',')}}`;
  }
  return JSON.stringify({ status: statusText(result), response_time: (result.durationMs / 1000).toFixed(3) });
}
