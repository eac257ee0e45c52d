/** Turns the `checks` of a document into the tree of checks. */
import { pathKey } from '../engine/tree.ts';
import type { Group, Part } from '../engine/types.ts';
import type { Problem } from '../problem.ts';
import { broken, configure, joinPath, strayMessage } from './configure.ts';
import type { Configured } from './configure.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { Links } from './links.ts';
import type { Pace } from '../pace.ts';
import { isGroupOf, placesIn } from './walk.ts';
import type { Place } from './walk.ts';

/** A leaf of the document. */
interface Leaf {
  /** Names from the top of the tree. */
  readonly path: readonly string[];
  readonly value: JsonObject;
  readonly configured: Configured;
}

export interface TreeOptions {
  /** The namespace's timeout in milliseconds, for checks without their own. */
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly pace: Pace;
}

/**
 * @param checks   The checks, with their references replaced.
 * @param problems Mistakes in single checks are added to it; each such check is a `ConfigurationError`. So is what is
 *                 merely doubtful, and breaks nothing.
 * @throws DocumentError if there is no check, or if a bound is exceeded.
 */
export async function readTree(checks: JsonObject, options: TreeOptions, problems: Problem[]): Promise<Group> {
  const leaves: Leaf[] = [];
  for (const place of placesIn(checks, problems)) {
    leaves.push(readLeaf(place, options.timeoutMs));
    await options.pace();
  }
  const links = new Links(leaves.map(({ path, configured: { steps, dependsOn } }) => ({ path, steps, dependsOn })));
  const parts = new Map<string, Part>();
  for (const [index, leaf] of leaves.entries()) {
    const { problems: found, part } = link(leaf, links.resolve(index));
    const all = found.length > 0 ? found : doubtsAboutTimeout(leaf.value, options.deadlineMs);
    problems.push(...all.map((problem) => ({ ...problem, path: joinPath(['checks', ...leaf.path], problem.path) })));
    parts.set(pathKey(leaf.path), part);
    await options.pace();
  }
  await options.pace();
  problems.push(...links.circles());
  return groupOf(checks, [], parts);
}

function readLeaf({ path, value }: Place, timeoutMs: number): Leaf {
  if (isObject(value)) return { path, value, configured: configure(path, value, timeoutMs) };
  const message = strayMessage(path.at(-1) ?? '', value);
  const nothing: JsonObject = new Map();
  return { path, value: nothing, configured: broken(path, nothing, [{ path: '', message }]) };
}

/** @param resolved The checks that `depends_on` means. A mistake in it makes this check a `ConfigurationError`. */
function link({ path, value, configured }: Leaf, resolved: readonly string[] | Problem) {
  if (!('message' in resolved)) return { problems: configured.problems, part: configured.build(resolved) };
  const instead = broken(path, value, [resolved]);
  return { problems: instead.problems, part: instead.build([]) };
}

function doubtsAboutTimeout(leaf: JsonObject, deadlineMs: number): Problem[] {
  const timeout = leaf.get('timeout');
  if (typeof timeout !== 'number' || timeout * 1000 <= deadlineMs) return [];
  return [{ path: 'timeout', message: `longer than the deadline of the whole run, ${String(deadlineMs / 1000)} s` }];
}

function groupOf(group: JsonObject, path: readonly string[], parts: ReadonlyMap<string, Part>): Group {
  const inner = [...group].map(([name, value]): Part => {
    const at = [...path, name];
    return isGroupOf(value) ? groupOf(value, at, parts) : leafAt(at, parts);
  });
  return { name: path.at(-1) ?? '', parts: inner };
}

function leafAt(path: readonly string[], parts: ReadonlyMap<string, Part>): Part {
  const part = parts.get(pathKey(path));
  if (part === undefined) throw new Error('a leaf of the document that was not read');
  return part;
}
