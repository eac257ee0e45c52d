/** Resolves `depends_on`, and finds the checks that depend on each other in a circle. */
import { didYouMean } from '../did-you-mean.ts';
import { pathKey } from '../engine/tree.ts';
import { circlesIn } from './circles.ts';
import { shortName } from './names.ts';
import type { Problem } from '../problem.ts';

/** Suggestions for a whole document: each compares the path with that of every check. */
const MAX_SUGGESTIONS = 20;
/** Names that the message about a circle lists. */
const MAX_NAMES = 6;

/** A leaf of the document, as far as links go. */
export interface Linked {
  readonly path: readonly string[];
  readonly steps: readonly string[];
  readonly dependsOn: readonly string[];
}

/** Checks are numbered in the order of the document, since a thousand of them may each depend on all others. */
export class Links {
  readonly #leaves: readonly Linked[];
  readonly #checks: string[] = [];
  readonly #leafOfCheck: number[] = [];
  /** The checks in each group and each check, by its path. */
  readonly #below = new Map<string, number[]>();
  readonly #targets: (readonly number[])[] = [];
  #suggestions = 0;

  constructor(leaves: readonly Linked[]) {
    this.#leaves = leaves;
    for (const [index, { path, steps }] of leaves.entries())
      for (const check of steps.length === 0 ? [path] : steps.map((step) => [...path, step])) this.#add(check, index);
  }

  #add(check: readonly string[], leaf: number): void {
    const id = this.#checks.push(pathKey(check)) - 1;
    this.#leafOfCheck.push(leaf);
    let prefix = '';
    for (const name of check) {
      prefix += `${prefix === '' ? '' : '/'}${pathKey([name])}`;
      const below = this.#below.get(prefix);
      if (below === undefined) this.#below.set(prefix, [id]);
      else below.push(id);
    }
  }

  /**
   * The paths of the checks that a leaf depends on.
   *
   * @param index The number of the leaf.
   * @returns The mistake, if one of the given paths leads to no other check.
   */
  resolve(index: number): readonly string[] | Problem {
    const given = [...new Set(this.#leaves[index]?.dependsOn)];
    const isOther = (id: number) => this.#leafOfCheck[id] !== index;
    const unknown = given.find((path) => this.#below.get(path)?.some(isOther) !== true);
    if (unknown !== undefined) return this.#mistake(unknown);
    // What is in a group that is given too would only be found twice.
    const outermost = given.filter((path) => !given.some((other) => path.startsWith(`${other}/`)));
    const ids = outermost.flatMap((path) => (this.#below.get(path) ?? []).filter(isOther));
    this.#targets[index] = ids;
    return ids.map((id) => this.#checks[id] ?? '');
  }

  #mistake(unknown: string): Problem {
    const path = 'depends_on';
    const message = `no other check at ${shortName(unknown)}`;
    if (this.#below.has(unknown)) return { path, message: `${message}: a check cannot depend on itself` };
    this.#suggestions += 1;
    const isHinted = this.#suggestions <= MAX_SUGGESTIONS;
    return { path, message: `${message}${isHinted ? didYouMean(unknown, this.#checks) : ''}` };
  }

  /** Circles of the leaves that were resolved. They break nothing, but hide the cause of a failure. */
  circles(): Problem[] {
    const edges = this.#leaves.map((_leaf, index) => this.#leavesOf(this.#targets[index] ?? []));
    return circlesIn(edges).map((circle) => {
      const names = circle.map((index) => shortName(pathKey(this.#leaves[index]?.path ?? [])));
      const shown = names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), '…'] : names;
      const path = ['checks', ...(this.#leaves[circle[0] ?? 0]?.path ?? []), 'depends_on'].join('.');
      return { path, message: `goes in a circle: ${[...shown, names[0] ?? ''].join(' → ')}; leave one of them out` };
    });
  }

  #leavesOf(checks: readonly number[]): number[] {
    return checks.map((id) => this.#leafOfCheck[id] ?? 0);
  }
}
