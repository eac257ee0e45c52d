/** Finds the line and the column of mistakes. Only for people who correct a document: serving it takes no places. */
import { parseTree } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import type { Problem } from '../problem.ts';
import { shortName } from './names.ts';

/** A member of an object or an array of a text. */
export interface Member {
  readonly name: string;
  /** Where its key begins; of an array, where its value begins. */
  readonly offset: number;
  members(): readonly Member[];
}

/**
 * The problems with the places of their keys, or of the innermost object that there is.
 *
 * @param text The document, without a byte order mark.
 * @param tree Its members.
 */
export function withPlaces(problems: readonly Problem[], text: string, tree: readonly Member[]): Problem[] {
  const starts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map(({ index, 0: { length } }) => index + length)];
  return problems.map((problem) => {
    if (problem.line !== undefined || problem.path === '') return problem;
    const offset = deepest(tree, problem.path)?.offset ?? 0;
    const line = lineOf(offset, starts);
    return { ...problem, line, column: offset - (starts[line - 1] ?? 0) + 1 };
  });
}

/** The members of a JSON document, which may have comments. */
export function jsonMembers(text: string): readonly Member[] {
  return membersOf(parseTree(text, [], { allowTrailingComma: true }));
}

function membersOf(node: Node | undefined): readonly Member[] {
  return (node?.children ?? []).map((child, index) => {
    const [key, value] = child.type === 'property' ? (child.children ?? []) : [undefined, child];
    const name = key === undefined ? String(index) : String(key.value);
    return { name, offset: child.offset, members: () => membersOf(value) };
  });
}

interface Found {
  readonly offset: number;
  /** Characters of the path that lead there. */
  readonly length: number;
}

/** Names may have dots themselves, so every member that the path may begin with is tried. */
function deepest(members: readonly Member[], path: string): Found | undefined {
  let best: Found | undefined;
  for (const member of members) {
    const name = [member.name, shortName(member.name)].find((form) => path === form || path.startsWith(`${form}.`));
    if (name === undefined) continue;
    const inner = path === name ? undefined : deepest(member.members(), path.slice(name.length + 1));
    const found = inner
      ? { offset: inner.offset, length: inner.length + name.length + 1 }
      : { offset: member.offset, length: name.length };
    if (best === undefined || found.length > best.length) best = found;
  }
  return best;
}

/** By bisection. */
function lineOf(offset: number, starts: readonly number[]): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
