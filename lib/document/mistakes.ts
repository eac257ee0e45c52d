/** Describes valibot's issues in words. Valibot's own messages quote the value, which may be a secret. */
import type * as v from 'valibot';
import { didYouMean } from '../did-you-mean.ts';
import { MAX_SECONDS } from '../engine/deadline.ts';
import type { Problem } from '../problem.ts';
import { quotesHint, referenceHint, secondsHint } from './hints.ts';
import { typeName, Unread } from './json.ts';
import { shortName } from './names.ts';

/** Mistakes of one leaf that are listed. */
const MAX_LISTED = 20;

/** The keys that are in seconds. */
const SECONDS = new Set(['timeout', 'slow']);

/**
 * The mistakes in a leaf, except for unread references, which are reported separately, and its unknown keys, of which
 * valibot reports only the first.
 */
export function mistakesIn(issues: readonly v.BaseIssue<unknown>[]): Problem[] {
  const found = issues.filter((issue) => !(isUnknownKey(issue) && issue.path?.length === 1));
  const listed = found.filter((issue) => !holdsUnread(issue.input)).slice(0, MAX_LISTED);
  return listed.map(toProblem);
}

/** Which of the required keys that are missing could be meant by an unknown one. */
type Meant = (unknown: string) => string | undefined;

function hintFrom(key: string, unknown: readonly string[], meant: Meant | undefined): string {
  const name = unknown.length === 1 ? meant?.(key) : undefined;
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** The keys of an object that it may not have. Only some are listed by name. */
export function unknownKeys(given: Iterable<string>, known: readonly string[], meant?: Meant): Problem[] {
  const unknown = [...given].filter((key) => !known.includes(key));
  const more = unknown.length - MAX_LISTED;
  return [
    ...unknown.slice(0, MAX_LISTED).map((key) => ({
      path: shortName(key),
      message: `unknown key${didYouMean(key, known) || hintFrom(key, unknown, meant)}`,
    })),
    ...(more > 0 ? [{ path: '', message: `${String(more)} more unknown keys` }] : []),
  ];
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

function holdsUnread(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  return input instanceof Unread || Object.values(input).some(holdsUnread);
}

function toProblem(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map((item) => shortName(String(item.key))).join('.');
  const { input } = issue;
  const hint = SECONDS.has(path) ? secondsHint(input, MAX_SECONDS) : '';
  if (isUnknownKey(issue)) return { path, message: 'unknown key' };
  if (issue.type.endsWith('object') && issue.received === 'undefined') return { path, message: 'missing' };
  const entries = Array.isArray(input) ? entriesOf(issue) : undefined;
  if (entries !== undefined) return { path, message: entries };
  if (issue.kind === 'validation')
    return { path, message: `${ownMessage(issue) ?? `must be ${requirement(issue)}`}${hint}` };
  if (issue.type === 'picklist' && typeof input === 'string') return { path, message: choiceMessage(issue, input) };
  const expected =
    issue.expected === null ? 'another value' : issue.expected.replace('Array', 'array').replace('Object', 'object');
  const wantsString = expected.includes('string') && typeof input === 'object' && input !== null;
  const more = hint + quotesHint(expected, input) + (wantsString ? referenceHint(Object.keys(input)) : '');
  return { path, message: `expected ${expected}, got ${typeName(input)}${more}` };
}

/** A message from one of our own schemas. Valibot's messages begin with "Invalid". */
function ownMessage(issue: v.BaseIssue<unknown>): string | undefined {
  return issue.message.startsWith('Invalid ') ? undefined : issue.message;
}

/** A word that somebody may have meant to be one of the choices. Anything else may be a secret that was misplaced. */
const WORD = /^[a-z]{1,12}$/i;

const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' });

function choiceMessage(issue: v.BaseIssue<unknown>, input: string): string {
  const choices = [...(issue.expected ?? '').matchAll(/"([^"]*)"/g)].map(([, choice = '']) => choice);
  const given = WORD.test(input) ? `"${input}"` : 'another string';
  return `expected ${OR.format(choices)}, got ${given}${didYouMean(input, choices)}`;
}

/** The number of entries of a list. */
function entriesOf({ type, requirement }: v.BaseIssue<unknown>): string | undefined {
  if (type !== 'min_length' && type !== 'max_length') return undefined;
  const bound = type === 'min_length' ? 'at least' : 'at most';
  return `expected ${bound} ${requirement === 1 ? 'one entry' : `${String(requirement)} entries`}`;
}

function requirement(issue: v.BaseIssue<unknown>): string {
  return issue.type === 'integer' ? 'an integer' : (issue.expected ?? 'valid');
}
