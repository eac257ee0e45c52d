/**
 * Works on all items in their order, a few at a time. Starts no further item once the signal is aborted or an item has
 * failed.
 *
 * @param limit How many items at a time.
 * @throws The error of the first item that fails.
 */
export async function concurrently<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  const workOn = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined && !signal.aborted; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, workOn)).finally(() => (waiting.length = 0));
}
