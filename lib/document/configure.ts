/** Turns a leaf of a namespace's document into a check, or into a list of its mistakes. */
import * as v from 'valibot';
import { kinds } from '../checks/index.ts';
import { commonKeys } from '../checks/kind.ts';
import type { AnyKind, Step } from '../checks/kind.ts';
import { didYouMean } from '../did-you-mean.ts';
import { pathKey } from '../engine/tree.ts';
import type { Check, Part } from '../engine/types.ts';
import { ConfigurationError, oneLine } from '../errors.ts';
import type { Problem } from '../problem.ts';
import { strayHint } from './hints.ts';
import { toPlain, typeName } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { mistakesIn, unknownKeys } from './mistakes.ts';
import { unreadIn } from './references.ts';

const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
const kindNames = [...byName.keys()];

/** The schema of a leaf of this kind, including `kind`. */
export function leafSchema(kind: AnyKind) {
  return v.strictObject({ kind: v.literal(kind.kind), ...commonKeys, ...kind.keys });
}

const schemas = new Map<AnyKind, ReturnType<typeof leafSchema>>();

function schemaFor(kind: AnyKind): ReturnType<typeof leafSchema> {
  const schema = schemas.get(kind) ?? leafSchema(kind);
  schemas.set(kind, schema);
  return schema;
}

/** The schema of an object in a document; undefined if it is not a check of a known kind. */
export function schemaOf(object: JsonObject): ReturnType<typeof leafSchema> | undefined {
  const name = object.get('kind');
  const kind = typeof name === 'string' ? byName.get(name) : undefined;
  return kind && schemaFor(kind);
}

const allKeys = new Set([...Object.keys(commonKeys), ...kinds.flatMap((kind) => Object.keys(kind.keys))]);

/** What is wrong with a value that is neither a check nor a group, directly in a group. */
export function strayMessage(name: string, value: Json): string {
  const hint = strayHint(name, value, { isKind: (text) => byName.has(text), isKey: (text) => allKeys.has(text) });
  return `expected a check or a group of checks, got ${typeName(value)}${hint}`;
}

/** A leaf of a document as a check, or as a group of steps. */
export interface Configured {
  /** Mistakes, with paths relative to the leaf. If there are any, the check is a `ConfigurationError`. */
  readonly problems: readonly Problem[];
  /** The names of its steps; empty for a check that is a leaf. */
  readonly steps: readonly string[];
  /** `depends_on` as written in the document. */
  readonly dependsOn: readonly string[];
  /** @param dependsOn The paths of the checks that `depends_on` resolves to. */
  build(dependsOn: readonly string[]): Part;
}

/**
 * @param path      Names from the top of the tree to the leaf.
 * @param leaf      The leaf, with its references replaced.
 * @param timeoutMs The namespace's timeout in milliseconds, for a leaf without its own.
 */
export function configure(path: readonly string[], leaf: JsonObject, timeoutMs: number): Configured {
  const unread = unreadIn(leaf);
  const name = leaf.get('kind');
  const kindName = typeof name === 'string' ? name : '';
  const kind = byName.get(kindName);
  if (kind === undefined) {
    const message = `unknown kind${quoted(kindName)}${didYouMean(kindName, kindNames)}`;
    return broken(path, leaf, [...unread, { path: 'kind', message }]);
  }
  const parsed = v.safeParse(schemaFor(kind), toPlain(leaf));
  if (!parsed.success || unread.length > 0) {
    const keys = ['kind', ...Object.keys(commonKeys), ...Object.keys(kind.keys)];
    const unknown = unknownKeys(leaf.keys(), keys, (key) => renamed(key, leaf, kind));
    return broken(path, leaf, [...unread, ...unknown, ...mistakesIn(parsed.issues ?? [])]);
  }
  const config = kindKeys(parsed.output);
  const mistake = kind.mistake?.(config);
  if (mistake !== undefined) return broken(path, leaf, [mistake]);

  const { timeout, slow, critical, description, runbook, depends_on } = parsed.output;
  const { failures_before_down: failuresBeforeDown, successes_before_up: successesBeforeUp } = parsed.output;
  const common = {
    kind: kind.kind,
    target: oneLine(kind.target(config)),
    needs: kind.needs(config),
    timeoutMs: timeout === undefined ? timeoutMs : timeout * 1000,
    critical,
    confirmation: { failuresBeforeDown, successesBeforeUp },
    ...(slow !== undefined && { slowMs: slow * 1000 }),
    ...(description !== undefined && { description }),
    ...(runbook !== undefined && { runbook }),
  };
  return {
    problems: [],
    steps: 'parts' in kind ? kind.parts(config).map((step) => step.name) : [],
    dependsOn: depends_on,
    build: (dependsOn) => partOf(kind, config, path, { ...common, dependsOn }),
  };
}

/** The only required key that is missing, if the leaf would be right with that name in place of this one. */
function renamed(key: string, leaf: JsonObject, kind: AnyKind): string | undefined {
  const plain = toPlain(leaf) as Readonly<Record<string, unknown>>;
  const { [key]: value, ...others } = plain;
  const right = Object.keys(kind.keys).filter(
    (name) => !leaf.has(name) && v.safeParse(schemaFor(kind), { ...others, [name]: value }).success,
  );
  return right.length === 1 && !v.safeParse(schemaFor(kind), others).success ? right[0] : undefined;
}

/** The part of a check that is the same for every step of a composite check. */
type Common = Omit<Check, 'name' | 'path' | 'figures' | 'after' | 'run'>;

/** A check of this kind, or the group of its steps if the kind is composite. */
export function partOf(
  kind: AnyKind,
  config: Readonly<Record<string, unknown>>,
  path: readonly string[],
  common: Common,
): Part {
  const name = path.at(-1) ?? '';
  if ('parts' in kind) return { name, parts: checksOf(kind.parts(config), config, path, common) };
  return { name, path, ...common, figures: kind.figures ?? {}, run: (context) => kind.check(config, context) };
}

function checksOf(
  steps: readonly Step[],
  config: Readonly<Record<string, unknown>>,
  path: readonly string[],
  common: Common,
): Check[] {
  const built = new Map<string, Check>();
  for (const step of steps) {
    const after = step.after === undefined ? undefined : built.get(step.after);
    if (step.after !== undefined && after === undefined)
      throw new Error(`step ${step.name} of kind ${common.kind} comes after ${step.after}, which is no earlier step`);
    built.set(step.name, {
      ...common,
      name: step.name,
      path: [...path, step.name],
      dependsOn: [...common.dependsOn, ...(after ? [pathKey(after.path)] : [])],
      figures: step.figures ?? {},
      ...(after && { after }),
      run: (context) => step.check(config, context),
    });
  }
  return [...built.values()];
}

/** A check that always fails with a `ConfigurationError` for the first of the problems. It keeps its `critical`. */
export function broken(path: readonly string[], leaf: JsonObject, problems: readonly Problem[]): Configured {
  const [first, ...others] = problems.map((problem) => ({ ...problem, path: joinPath(path, problem.path) }));
  const more = others.length > 0 ? ` (and ${String(others.length)} more; see healthgate validate)` : '';
  const error = new ConfigurationError(first === undefined ? 'not usable' : `${first.path}: ${first.message}${more}`);
  const kind = leaf.get('kind');
  const check: Check = {
    name: path.at(-1) ?? '',
    path,
    kind: typeof kind === 'string' && KIND_NAME.test(kind) ? kind : '',
    target: '',
    timeoutMs: 1000,
    critical: leaf.get('critical') !== false,
    dependsOn: [],
    needs: [],
    figures: {},
    run: () => Promise.reject(error),
  };
  return { problems, steps: [], dependsOn: [], build: () => check };
}

/** What could be the name of a kind, and not an address or a password in the wrong place. */
const KIND_NAME = /^[a-z][a-z0-9_-]{0,39}$/i;

function quoted(kindName: string): string {
  return KIND_NAME.test(kindName) ? ` "${kindName}"` : '';
}

/** Joins names with dots, for paths in messages. */
export function joinPath(path: readonly string[], inner: string): string {
  return [...path, ...(inner === '' ? [] : [inner])].join('.');
}

function kindKeys(output: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const common = new Set(['kind', ...Object.keys(commonKeys)]);
  return Object.fromEntries(Object.entries(output).filter(([key]) => !common.has(key)));
}
