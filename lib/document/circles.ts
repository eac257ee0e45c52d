/** Finds circles in a directed graph. */

/** Circles that are looked for. */
const MAX_CIRCLES = 20;

/**
 * A circle in each set of nodes that all lead to each other, in the order of its edges.
 *
 * @param edges The nodes that each node leads to.
 */
export function circlesIn(edges: readonly (readonly number[])[]): number[][] {
  return components(edges)
    .map((nodes) => Math.min(...nodes))
    .sort((a, b) => a - b)
    .slice(0, MAX_CIRCLES)
    .map((start) => circleFrom(start, edges));
}

/**
 * The sets of at least two nodes that all lead to each other: Tarjan's algorithm, without recursion.
 * https://en.wikipedia.org/wiki/Tarjan%27s_strongly_connected_components_algorithm
 */
function components(edges: readonly (readonly number[])[]): number[][] {
  const found: number[][] = [];
  const order = new Int32Array(edges.length).fill(-1);
  const lowest = new Int32Array(edges.length);
  const next = new Int32Array(edges.length);
  const isOpen = new Uint8Array(edges.length);
  const open: number[] = [];
  let count = 0;
  const enter = (node: number): void => {
    order[node] = lowest[node] = count++;
    isOpen[node] = 1;
    open.push(node);
  };
  const lower = (node: number, value = 0): void => {
    lowest[node] = Math.min(lowest[node] ?? 0, value);
  };
  for (const start of edges.keys()) {
    if (order[start] !== -1) continue;
    const path = [start];
    enter(start);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const target = edges[node]?.[next[node] ?? 0];
      if (target === undefined) {
        path.pop();
        const before = path.at(-1);
        if (before !== undefined) lower(before, lowest[node]);
        if (lowest[node] !== order[node]) continue;
        const component = open.splice(open.lastIndexOf(node));
        for (const member of component) isOpen[member] = 0;
        if (component.length > 1) found.push(component);
        continue;
      }
      next[node] = (next[node] ?? 0) + 1;
      if (order[target] === -1) {
        path.push(target);
        enter(target);
      } else if (isOpen[target] === 1) lower(node, order[target]);
    }
  }
  return found;
}

/** A shortest circle through a node that is known to be in one. */
function circleFrom(start: number, edges: readonly (readonly number[])[]): number[] {
  const cameFrom = new Map<number, number>();
  const waiting = [start];
  for (const node of waiting) {
    for (const target of edges[node] ?? []) {
      if (target === start) return pathTo(node, start, cameFrom);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      waiting.push(target);
    }
  }
  return [start];
}

function pathTo(end: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [end];
  for (let node = end; node !== start; path.unshift(node)) node = cameFrom.get(node) ?? start;
  return path;
}
