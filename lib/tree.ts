import { isGroup } from './types.ts';
import type { Check, Group, Part } from './types.ts';

/** The part of the tree under these names; the whole tree for none; undefined where there is no such part. */
export function findPart(root: Part, names: readonly string[]): Part | undefined {
  return names.reduce<Part | undefined>((part, name) => {
    return part !== undefined && isGroup<Group>(part) ? part.parts.find((inner) => inner.name === name) : undefined;
  }, root);
}

/** Every check of a part, in the order of the document. */
export function leavesOf(part: Part): Check[] {
  return isGroup<Group>(part) ? part.parts.flatMap(leavesOf) : [part];
}
