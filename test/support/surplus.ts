/** What is in the first list and not in the second. Each item of the second accounts for one of the first. */
export function surplus(now: readonly string[], before: readonly string[]): string[] {
  const known = [...before];
  return now.filter((item) => {
    const index = known.indexOf(item);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}
