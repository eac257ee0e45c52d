/** From a leaf of a namespace's document to a check, or to everything that is wrong with it. */
import * as v from 'valibot';
import { ConfigurationError, oneLine } from '../errors.ts';
import { pathKey } from '../engine/tree.ts';
import type { Check } from '../engine/types.ts';
import type { Problem } from '../problem.ts';
import { typeName } from './json.ts';
import { NOT_READ } from './references.ts';
import { kinds } from '../checks/index.ts';
import { didYouMean } from '../did-you-mean.ts';
import { commonKeys } from '../checks/kind.ts';
import type { AnyKind } from '../checks/kind.ts';

const byName = new Map(kinds.map((kind) => [kind.kind, kind]));

/** The schema of a leaf of this kind, `kind` included. */
export function leafSchema(kind: AnyKind) {
  return v.strictObject({ kind: v.literal(kind.kind), ...commonKeys, ...kind.keys });
}

const schemas = new Map<AnyKind, ReturnType<typeof leafSchema>>();

function schemaOf(kind: AnyKind): ReturnType<typeof leafSchema> {
  const schema = schemas.get(kind) ?? leafSchema(kind);
  schemas.set(kind, schema);
  return schema;
}

export interface Configured {
  readonly check: Check;
  /** With paths relative to the leaf. Not empty where the check is a `ConfigurationError`. */
  readonly problems: readonly Problem[];
}

export interface Leaf {
  /** Names from the top of the tree to the leaf. */
  readonly path: readonly string[];
  /** The leaf as plain objects, secret references replaced. */
  readonly leaf: Readonly<Record<string, unknown>>;
  /** What the namespace says, for a leaf that says nothing of its own. */
  readonly timeoutMs: number;
  /** References that could not be replaced. */
  readonly unread: readonly Problem[];
  /** Paths (`group/name`) of all checks of the namespace. */
  readonly paths: readonly string[];
}

export function configure({ path, leaf, timeoutMs, unread, paths }: Leaf): Configured {
  const kindName = typeof leaf.kind === 'string' ? leaf.kind : '';
  const kind = byName.get(kindName);
  if (kind === undefined) {
    const message = `unknown kind${quoted(kindName)}${didYouMean(kindName, [...byName.keys()])}`;
    return broken(path, leaf, [...unread, { path: 'kind', message }]);
  }
  const parsed = v.safeParse(schemaOf(kind), leaf);
  const reported = new Set(unread.map((problem) => problem.path));
  const mistakes = (parsed.issues ?? [])
    .filter((issue) => issue.input !== NOT_READ)
    .map((issue) => toProblem(issue, kind))
    .filter(({ path }) => !reported.has(path));
  if (!parsed.success || unread.length > 0) return broken(path, leaf, [...unread, ...mistakes]);

  const config = kindKeys(parsed.output);
  const mistake = kind.mistake?.(config);
  if (mistake !== undefined) return broken(path, leaf, [mistake]);

  const { timeout, critical, description, runbook, depends_on } = parsed.output;
  const self = pathKey(path);
  const strangers = depends_on.filter((given) => !paths.some((other) => isWithin(other, given) && other !== self));
  if (strangers.length > 0) {
    const name = strangers[0] ?? '';
    return broken(path, leaf, [
      { path: 'depends_on', message: `no other check at ${oneLine(name)}${didYouMean(name, paths)}` },
    ]);
  }
  return {
    problems: [],
    check: {
      name: path.at(-1) ?? '',
      path,
      kind: kind.kind,
      target: oneLine(kind.target(config)),
      timeoutMs: timeout === undefined ? timeoutMs : timeout * 1000,
      critical,
      dependsOn: paths.filter((other) => other !== self && depends_on.some((given) => isWithin(other, given))),
      ...(description !== undefined && { description }),
      ...(runbook !== undefined && { runbook }),
      run: (context) => kind.check(config, context),
    },
  };
}

/** Whether the path is the given one, or lies in the group of that path. */
function isWithin(path: string, given: string): boolean {
  return path === given || path.startsWith(`${given}/`);
}

/** A check that always is a `ConfigurationError` with the first of the problems. It stays non-critical where it says so. */
export function broken(
  path: readonly string[],
  leaf: Readonly<Record<string, unknown>>,
  problems: readonly Problem[],
): Configured {
  const [first, ...others] = problems.map((problem) => ({ ...problem, path: joinPath(path, problem.path) }));
  const more = others.length > 0 ? ` (and ${String(others.length)} more; see healthgate validate)` : '';
  const error = new ConfigurationError(first === undefined ? 'not usable' : `${first.path}: ${first.message}${more}`);
  return {
    problems,
    check: {
      name: path.at(-1) ?? '',
      path,
      kind: typeof leaf.kind === 'string' && KIND_NAME.test(leaf.kind) ? leaf.kind : '',
      target: '',
      timeoutMs: 1000,
      critical: leaf.critical !== false,
      dependsOn: [],
      run: () => Promise.reject(error),
    },
  };
}

/** What could be the name of a kind, and not an address or a password that stands in the wrong place. */
const KIND_NAME = /^[a-z][a-z0-9_-]{0,39}$/i;

function quoted(kindName: string): string {
  return KIND_NAME.test(kindName) ? ` "${kindName}"` : '';
}

/** Joins names by dots, as the contract writes paths in messages. */
export function joinPath(path: readonly string[], inner: string): string {
  return [...path, ...(inner === '' ? [] : [inner])].join('.');
}

function kindKeys(output: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const common = new Set(['kind', ...Object.keys(commonKeys)]);
  return Object.fromEntries(Object.entries(output).filter(([key]) => !common.has(key)));
}

/** Valibot's own messages quote the value, which may be a secret, so they are written anew. */
function toProblem(issue: v.BaseIssue<unknown>, kind: AnyKind): Problem {
  const path = (issue.path ?? []).map((item) => String(item.key)).join('.');
  const last = issue.path?.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const names = issue.path?.length === 1 ? ['kind', ...Object.keys(commonKeys), ...Object.keys(kind.keys)] : [];
    return { path, message: `unknown key${didYouMean(String(last?.key), names)}` };
  }
  if (issue.type.endsWith('object') && issue.received === 'undefined') return { path, message: 'missing' };
  if (issue.kind === 'validation') return { path, message: ownMessage(issue) ?? `must be ${requirement(issue)}` };
  const expected =
    issue.expected === null ? 'something else' : issue.expected.replace('Array', 'array').replace('Object', 'object');
  return { path, message: `expected ${expected}, got ${typeName(issue.input)}` };
}

/** A message that one of our schemas gave. Valibot's own begin with "Invalid". */
function ownMessage(issue: v.BaseIssue<unknown>): string | undefined {
  return issue.message.startsWith('Invalid ') ? undefined : issue.message;
}

function requirement(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'integer') return 'an integer';
  return issue.expected ?? 'valid';
}
