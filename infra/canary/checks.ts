export interface CheckStatus {
  /** The names on the path from the root, joined by dots. */
  readonly name: string;
  /** `working`, or the error message. */
  readonly status: string;
}

/** The checks of a JSON report, in the report's order. An object whose `status` is a string is a check. */
export function checksOf(tree: unknown, path: readonly string[] = []): CheckStatus[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const { status } = tree as { readonly status?: unknown };
  if (typeof status === 'string') return [{ name: path.join('.'), status }];
  return Object.entries(tree).flatMap(([name, part]) => checksOf(part, [...path, name]));
}
