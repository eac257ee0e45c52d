/** Items of a list parameter that assign a value to a name: `NAME=value`. */

export interface Assignment {
  readonly name: string;
  /** Undefined where the item is a name alone. */
  readonly value: string | undefined;
}

export function assignmentOf(item: string): Assignment {
  const equals = item.indexOf('=');
  return equals < 0
    ? { name: item.trim(), value: undefined }
    : { name: item.slice(0, equals).trim(), value: item.slice(equals + 1).trim() };
}

/** What the items assign, by name. Names alone are left out. */
export function assigned(items: readonly string[]): Readonly<Record<string, string>> {
  const pairs = items.map(assignmentOf).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(pairs) as Record<string, string>;
}
