import { isGroup } from './types.ts';
import type { Check, CheckResult, Part, Result } from './types.ts';

/** A path as written in `depends_on` and `--part`: `cache/data`. A slash within a name is written `%2F`. */
export function pathKey(names: readonly string[]): string {
  return names.map((name) => name.replaceAll('/', '%2F')).join('/');
}

/** The names that a path consists of. */
export function namesOf(path: string): string[] {
  return path.split('/').flatMap((name) => (name === '' ? [] : [name.replaceAll('%2F', '/')]));
}

/** The part of the tree under these names; the whole tree for no names; undefined if there is no such part. */
export function findPart(root: Part, names: readonly string[]): Part | undefined;
/** The result of that part, from the result of the tree. */
export function findPart(root: Result, names: readonly string[]): Result | undefined;
export function findPart(root: Part | Result, names: readonly string[]): Part | Result | undefined {
  return names.reduce<Part | Result | undefined>((part, name) => {
    return part !== undefined && 'parts' in part ? part.parts.find((inner) => inner.name === name) : undefined;
  }, root);
}

/** All checks of a part, in the order of the document. */
export function leavesOf(part: Part): Check[] {
  return isGroup(part) ? part.parts.flatMap(leavesOf) : [part];
}

/** The results of all checks, in the order of the document. */
export function resultsOf(result: Result): CheckResult[] {
  return isGroup(result) ? result.parts.flatMap(resultsOf) : [result];
}
