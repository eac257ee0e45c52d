/** The labels of metrics, for whoever writes them or asks for them. */
import { createHash } from 'node:crypto';
import { shortLine } from '../errors.ts';

/** Characters of a label's value. */
const MAX_LABEL_LENGTH = 200;

/** What most values look like, which is quick to see. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** On one line, and not too long. A hash keeps values apart that would become the same. */
export function labelValue(value: string): string {
  const isPlain = value.length <= MAX_LABEL_LENGTH && PLAIN.test(value);
  if (isPlain || shortLine(value, MAX_LABEL_LENGTH) === value) return value;
  const hash = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
  return `${shortLine(value, MAX_LABEL_LENGTH - hash.length - 1)}~${hash}`;
}
