/** The targets of a namespace, as its document names them. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { didYouMean } from '../did-you-mean.ts';
import { Unread } from '../document/json.ts';
import { itemOf } from '../document/lists.ts';
import type { Item } from '../document/lists.ts';
import { mistakesIn, unknownKeys } from '../document/mistakes.ts';
import type { Namespace } from '../document/namespace.ts';
import { shortName } from '../document/names.ts';
import { pathsIn } from '../engine/paths.ts';
import { findPart, leavesOf, namesOf, pathKey } from '../engine/tree.ts';
import type { Group } from '../engine/types.ts';
import { covers } from '../history/notices.ts';
import type { NoticeRule } from '../history/notices.ts';
import type { Problem } from '../problem.ts';
import { sender } from './sender.ts';
import { commonKeys } from './target.ts';
import type { Target, TargetType } from './target.ts';
import { targetTypes } from './types.ts';

export interface Targets {
  readonly targets: readonly Target[];
  /** Mistakes, with paths from the top of the document. A target with a mistake is left out. */
  readonly problems: readonly Problem[];
}

type Place = Pick<Namespace, 'root'>;

/**
 * @param items The setting `notify`.
 * @returns Problems whose messages may name a path that was read from a secret: the caller hides what is concealed.
 */
export async function readTargets(items: readonly unknown[], namespace: Place): Promise<Targets> {
  const targets: Target[] = [];
  const problems: Problem[] = [];
  for (const [index, given] of items.entries()) {
    const item = itemOf(given);
    const read = await readTarget(item, namespace, new Set(targets.map(({ rule }) => rule.target)));
    if (read.target !== undefined) targets.push(read.target);
    problems.push(
      ...read.problems.map((problem) => ({ ...problem, path: join(`notify.${String(index)}`, problem.path) })),
    );
  }
  return { targets, problems };
}

/** The schema of a target of this type, including `type`. */
export function targetSchema(type: TargetType) {
  return v.strictObject({ type: v.literal(type.type), ...commonKeys, ...type.keys });
}

interface Read {
  readonly target?: Target;
  readonly problems: readonly Problem[];
}

/** @param taken The names of the targets before it. */
async function readTarget(item: Item, { root }: Place, taken: ReadonlySet<string>): Promise<Read> {
  const registered = targetTypes.find(({ type }) => type === item.type);
  if (registered === undefined) return { problems: [unknownType(item.type)] };
  const type = await registered.load();
  const parsed = v.safeParse(targetSchema(type), item);
  const unread = unreadIn(item);
  if (!parsed.success || unread.length > 0) {
    // Of two names that are equally close, the first is suggested.
    const known = ['type', ...Object.keys(type.keys), ...Object.keys(commonKeys)];
    return { problems: [...unread, ...unknownKeys(Object.keys(item), known), ...mistakesIn(parsed.issues ?? [])] };
  }
  const { for: wanted, on, after } = parsed.output;
  const own = Object.entries(parsed.output).filter(([key]) => Object.hasOwn(type.keys, key));
  const config: Readonly<Record<string, unknown>> = Object.fromEntries(own);
  const mistake = type.mistake?.(config);
  if (mistake !== undefined) return { problems: [mistake] };
  const named = (wanted ?? []).map((path, index) => ({ path, place: `for.${String(index)}` }));
  const missing = (places: readonly Named[]) => places.filter(({ path }) => !leadsSomewhere(path, root));
  const problems = missing([...named, ...(type.paths?.(config) ?? [])]).map((one) => nowhere(one, pathsIn(root)));
  // A target that is told of nothing would be told of everything.
  if (wanted !== undefined && missing(named).length === wanted.length) return { problems };
  const rule: NoticeRule = {
    target: nameOf(type, config, taken),
    for: (wanted ?? []).map((path) => pathKey(namesOf(path))),
    on,
    afterMs: after * 1000,
    updates: type.updates === true,
    every: type.every === true,
  };
  const checks = leavesOf(root).map(({ path }) => pathKey(path));
  const send = sender(type, config, { checks: checks.filter((path) => covers(rule, path)) });
  return { target: { rule, type: type.type, isPublic: type.isPublic === true, send }, problems };
}

function unknownType(given: unknown): Problem {
  const names = targetTypes.map(({ type }) => type);
  if (given === undefined) return { path: 'type', message: `missing; it may be ${names.join(', ')}` };
  if (typeof given !== 'string') return { path: 'type', message: 'expected a string' };
  return { path: 'type', message: `unknown type${didYouMean(given, names) || `; it may be ${names.join(', ')}`}` };
}

function leadsSomewhere(path: string, root: Group): boolean {
  const names = namesOf(path);
  return names.length > 0 && findPart(root, names) !== undefined;
}

/** A path, and where in the target it stands. */
interface Named {
  readonly path: string;
  readonly place: string;
}

function nowhere({ path, place }: Named, known: readonly string[]): Problem {
  return { path: place, message: `no check or group at ${shortName(path)}${didYouMean(path, known)}` };
}

/** The references that could not be read. */
function unreadIn(value: unknown, path = ''): Problem[] {
  if (value instanceof Unread) return value.reason === undefined ? [] : [{ path, message: value.reason }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => unreadIn(inner, join(path, shortName(key))));
}

/** Keys that may be renewed, and lead to the same place then. */
const CREDENTIALS: ReadonlySet<string> = new Set(['secret', 'api_key']);
/** Hexadecimal digits of a digest. */
const DIGITS = 12;

/**
 * The same as long as notices go to the same place, whatever else changes in the document. Several targets with one
 * place are numbered.
 */
function nameOf({ type }: TargetType, config: Readonly<Record<string, unknown>>, taken: ReadonlySet<string>): string {
  const place = Object.entries(config).filter(([key]) => !CREDENTIALS.has(key));
  const sorted = place.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, DIGITS);
  const name = `${type}-${digest}`;
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? name : `${name}-${String(number)}`;
    if (!taken.has(numbered)) return numbered;
  }
}

function join(path: string, inner: string): string {
  return [path, inner].filter((part) => part !== '').join('.');
}
