/** Turns the `checks` of a document into the tree of checks. */
import { didYouMean } from '../did-you-mean.ts';
import { pathKey } from '../engine/tree.ts';
import type { Group, Part } from '../engine/types.ts';
import { oneLine } from '../errors.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { broken, configure, joinPath } from './configure.ts';
import type { Configured } from './configure.ts';
import { isObject, typeName } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** A Lambda function has 1,024 file descriptors. */
const MAX_CHECKS = 1000;
const MAX_DEPTH = 128;

/** A leaf of the document. */
interface Leaf {
  /** Names from the top of the tree. */
  readonly path: readonly string[];
  readonly value: JsonObject;
  readonly configured: Configured;
}

/**
 * @param checks    The checks, with their references replaced.
 * @param timeoutMs The namespace's timeout in milliseconds, for checks without their own.
 * @param problems  Mistakes in single checks are added to it; each such check is a `ConfigurationError`.
 * @throws DocumentError if there is no check, or too many, or if they are nested too deeply.
 */
export function readTree(checks: JsonObject, timeoutMs: number, problems: Problem[]): Group {
  const places = placesIn(checks, []);
  if (places.length === 0) throw new DocumentError('checks: no check in any group');
  if (places.length > MAX_CHECKS) throw new DocumentError(`checks: more than ${String(MAX_CHECKS)}`);

  const leaves = places.map(({ path, value }) => readLeaf(path, value, timeoutMs));
  const byPath = byPrefix(leaves);
  const parts = new Map<string, Part>();
  for (const leaf of leaves) {
    const { problems: found, part } = link(leaf, byPath);
    problems.push(...found.map((problem) => ({ ...problem, path: joinPath(['checks', ...leaf.path], problem.path) })));
    parts.set(pathKey(leaf.path), part);
  }
  return groupOf(checks, [], parts);
}

/** An object with a string `kind` is a check; any other object is a group. */
function isGroupOf(value: Json): value is JsonObject {
  return isObject(value) && typeof value.get('kind') !== 'string';
}

interface Place {
  readonly path: readonly string[];
  readonly value: Json;
}

function placesIn(value: Json, path: readonly string[]): Place[] {
  if (path.length > MAX_DEPTH) throw new DocumentError(`checks: nested deeper than ${String(MAX_DEPTH)} groups`);
  if (!isGroupOf(value)) return [{ path, value }];
  return [...value].flatMap(([name, inner]) => placesIn(inner, [...path, name]));
}

function readLeaf(path: readonly string[], value: Json, timeoutMs: number): Leaf {
  if (isObject(value)) return { path, value, configured: configure(path, value, timeoutMs) };
  const message = `expected a check or a group of checks, got ${typeName(value)}`;
  const nothing: JsonObject = new Map();
  return { path, value: nothing, configured: broken(path, nothing, [{ path: '', message }]) };
}

/** Maps the path of each group and each check to the paths of the checks in it. */
function byPrefix(leaves: readonly Leaf[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, configured } of leaves) {
    const checks = configured.steps.length === 0 ? [path] : configured.steps.map((step) => [...path, step]);
    for (const check of checks) {
      const full = pathKey(check);
      check.forEach((_name, index) => {
        const prefix = pathKey(check.slice(0, index + 1));
        const checksBelow = found.get(prefix) ?? [];
        checksBelow.push(full);
        found.set(prefix, checksBelow);
      });
    }
  }
  return found;
}

/** Resolves `depends_on`. A path that leads to no other check makes this check a `ConfigurationError`. */
function link({ path, value, configured }: Leaf, byPath: ReadonlyMap<string, readonly string[]>) {
  const own = new Set(byPath.get(pathKey(path)));
  const othersAt = (given: string) => (byPath.get(given) ?? []).filter((other) => !own.has(other));
  const unknown = configured.dependsOn.find((given) => othersAt(given).length === 0);
  if (unknown === undefined) {
    const part = configured.build([...new Set(configured.dependsOn.flatMap(othersAt))]);
    return { problems: configured.problems, part };
  }
  const checks = [...new Set([...byPath.values()].flat())];
  const message = `no other check at ${oneLine(unknown)}${didYouMean(unknown, checks)}`;
  const instead = broken(path, value, [{ path: 'depends_on', message }]);
  return { problems: instead.problems, part: instead.build([]) };
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
