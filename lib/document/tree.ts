/** From the `checks` of a document to the tree of checks. */
import { broken, configure, joinPath } from './configure.ts';
import type { Configured } from './configure.ts';
import { pathKey } from '../engine/tree.ts';
import type { Group, Part } from '../engine/types.ts';
import { isObject, toPlain, typeName } from './json.ts';
import { DocumentError } from '../problem.ts';
import type { Json, JsonObject } from './json.ts';
import type { Problem } from '../problem.ts';
import type { References } from './references.ts';

/** One function has 1,024 file descriptors. */
const MAX_CHECKS = 1000;
const MAX_DEPTH = 128;

/**
 * @param timeoutMs What the namespace gives a check that says nothing of its own.
 * @param problems  Takes what is wrong with single checks; each such check is a `ConfigurationError`.
 * @throws DocumentError where there is no check or too many, or they are nested too deeply.
 */
export function readTree(checks: JsonObject, timeoutMs: number, references: References, problems: Problem[]): Group {
  const paths = pathsOf(checks, []).map(pathKey);
  if (paths.length === 0) throw new DocumentError('checks: no check in any group');
  if (paths.length > MAX_CHECKS) throw new DocumentError(`checks: more than ${String(MAX_CHECKS)}`);

  const readLeaf = (path: readonly string[], value: Json): Configured => {
    if (!isObject(value)) {
      return broken(path, {}, [{ path: '', message: `expected a check or a group of checks, got ${typeName(value)}` }]);
    }
    const unread: Problem[] = [];
    const leaf = toPlain(references.replace(value, '', unread) ?? null) as Record<string, unknown>;
    return configure({ path, leaf, timeoutMs, unread, paths });
  };
  const readPart = (path: readonly string[], value: Json): Part => {
    if (isParent(value)) return { name: path.at(-1) ?? '', parts: readParts(path, value) };
    const { check, problems: found } = readLeaf(path, value);
    problems.push(...found.map((problem) => ({ ...problem, path: joinPath(['checks', ...path], problem.path) })));
    return check;
  };
  const readParts = (path: readonly string[], group: JsonObject): Part[] =>
    [...group].map(([name, value]) => readPart([...path, name], value));

  return { name: '', parts: readParts([], checks) };
}

/** An object with a string `kind` is a check; any other object is a group. */
function isParent(value: Json): value is JsonObject {
  return isObject(value) && typeof value.get('kind') !== 'string';
}

function pathsOf(value: Json, path: readonly string[]): (readonly string[])[] {
  if (path.length > MAX_DEPTH) throw new DocumentError(`checks: nested deeper than ${String(MAX_DEPTH)} groups`);
  return isParent(value) ? [...value].flatMap(([name, inner]) => pathsOf(inner, [...path, name])) : [path];
}
