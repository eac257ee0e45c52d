export interface CheckStatus {
  /** Names from the top of the tree, with dots between. */
  readonly name: string;
  /** `working`, or the error. */
  readonly status: string;
}

/** The checks of a report in JSON, in its order. A check has a status in words; anything else is a group. */
export function checksOf(tree: unknown, path: readonly string[] = []): CheckStatus[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const { status } = tree as { readonly status?: unknown };
  if (typeof status === 'string') return [{ name: path.join('.'), status }];
  return Object.entries(tree).flatMap(([name, part]) => checksOf(part, [...path, name]));
}
