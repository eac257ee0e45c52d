/** The native schema: the namespace's document with every leaf replaced by its result. */
import { isGroup } from '../engine/types.ts';
import type { GroupResult, Result } from '../engine/types.ts';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';

export const json: Format = {
  name: 'json',
  contentType: 'application/json',
  mediaType: 'application/json',
  status: statusByVerdict,
  render: (report) => write(report.result),
};

/** By hand, since an object would put names that look like numbers first, and take `__proto__` for no name at all. */
function write(result: Result): string {
  if (isGroup<GroupResult>(result)) {
    return `{${result.parts.map((part) => `${JSON.stringify(part.name)}:${write(part)}`).join(',')}}`;
  }
  const status = result.error === undefined ? 'working' : `${result.error.code}: ${result.error.message}`;
  return JSON.stringify({ status, response_time: (result.durationMs / 1000).toFixed(3) });
}
