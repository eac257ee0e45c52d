/** Describes valibot's issues in words. Valibot's own messages quote the value, which may be a secret. */
import type * as v from 'valibot';
import { didYouMean } from '../did-you-mean.ts';
import type { Problem } from '../problem.ts';
import { typeName, Unread } from './json.ts';

/**
 * The mistakes in a leaf, except for unread references, which are reported separately.
 *
 * @param keys The keys that the leaf may have, for suggestions if one is misspelt.
 */
export function mistakesIn(issues: readonly v.BaseIssue<unknown>[], keys: readonly string[]): Problem[] {
  return issues.filter((issue) => !holdsUnread(issue.input)).map((issue) => toProblem(issue, keys));
}

function holdsUnread(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  return input instanceof Unread || Object.values(input).some(holdsUnread);
}

function toProblem(issue: v.BaseIssue<unknown>, keys: readonly string[]): Problem {
  const path = (issue.path ?? []).map((item) => String(item.key)).join('.');
  const last = issue.path?.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const names = issue.path?.length === 1 ? keys : [];
    return { path, message: `unknown key${didYouMean(String(last?.key), names)}` };
  }
  if (issue.type.endsWith('object') && issue.received === 'undefined') return { path, message: 'missing' };
  if (issue.kind === 'validation') return { path, message: ownMessage(issue) ?? `must be ${requirement(issue)}` };
  const expected =
    issue.expected === null ? 'another value' : issue.expected.replace('Array', 'array').replace('Object', 'object');
  return { path, message: `expected ${expected}, got ${typeName(issue.input)}` };
}

/** A message from one of our own schemas. Valibot's messages begin with "Invalid". */
function ownMessage(issue: v.BaseIssue<unknown>): string | undefined {
  return issue.message.startsWith('Invalid ') ? undefined : issue.message;
}

function requirement(issue: v.BaseIssue<unknown>): string {
  return issue.type === 'integer' ? 'an integer' : (issue.expected ?? 'valid');
}
