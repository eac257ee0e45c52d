import { pathKey } from './tree.ts';
import { isGroup } from './types.ts';
import type { Part } from './types.ts';

/** The paths of all groups and checks below a part, in the order of the document. */
export function pathsIn(part: Part, above: readonly string[] = []): string[] {
  if (!isGroup(part)) return [pathKey(above)];
  const below = part.parts.flatMap((inner) => pathsIn(inner, [...above, inner.name]));
  return above.length === 0 ? below : [pathKey(above), ...below];
}
